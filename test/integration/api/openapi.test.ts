import { get, type IncomingHttpHeaders } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { validate } from '@readme/openapi-parser';
import { strictRules } from '../../../lib/contract/strict.ts';
import { Validator } from '../../../lib/contract/validator.ts';
import { openapi } from '../../../services/api/docs/openapi.ts';
import { routesOf } from '../../../services/api/http/routes.ts';
import { contracts } from '../../../services/contracts.ts';
import { PROBLEMS } from '../../../services/shared/problem-codes.ts';
import { checkAnswer } from '../../support/answers.ts';
import { cleanUp, engines } from '../../support/engines.ts';
import { request, startShop, type TestShop } from '../../support/shop.ts';

interface Operation {
  operationId: string;
  responses: Record<string, unknown>;
  parameters: { name: string; in: string; required: boolean }[];
  requestBody?: { content: Record<string, { example?: Record<string, unknown> }> };
}

const routes = routesOf(contracts);
const { paths } = openapi(routes) as { paths: Record<string, Record<string, Operation>> };
const operations = Object.values(paths).flatMap((methods) => Object.values(methods));

describe('the description of the interface', () => {
  let shop: TestShop;
  beforeAll(async () => {
    const config = engines[0]?.config();
    if (!config) throw new Error('there is no embedded engine');
    shop = await startShop(config);
  });
  afterAll(async () => {
    await shop.stop();
    await cleanUp();
  });

  test('is valid OpenAPI 3.1', async () => {
    const { body } = await request(shop.url, 'GET /openapi.json');
    expect(body.openapi).toMatch(/^3\.1\./);
    expect(JSON.stringify(body).length).toBeLessThan(300 * 1024);
    expect(await validate(body)).toMatchObject({ valid: true });
  });

  test.each([
    [undefined, 'identity'],
    ['identity', 'identity'],
    ['gzip', 'gzip'],
    ['gzip, deflate, br', 'br'],
    ['br;q=0, gzip', 'gzip'],
    ['*', 'br'],
    ['gzip;q=0, br;q=0', 'identity'],
    ['deflate, zstd', 'identity'],
    ['identity;q=0', 'identity'],
    [';;q=,', 'identity'],
  ])('is sent to a client that takes %s as %s, with a tag of its own', async (accepted, coding) => {
    for (const path of ['/openapi.json', '/docs/swagger-ui-bundle.js']) {
      const ask = (headers: Record<string, string> = {}) =>
        new Promise<{ status: number; headers: IncomingHttpHeaders; bytes: Buffer }>((resolve, reject) => {
          const given = { ...(accepted === undefined ? {} : { 'accept-encoding': accepted }), ...headers };
          get(shop.url + path, { headers: given }, async (answer) => {
            const bytes = Buffer.concat(await answer.toArray());
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes });
          }).once('error', reject);
        });
      const { status, headers, bytes } = await ask();
      expect([status, headers['content-encoding'] ?? 'identity']).toEqual([200, coding]);
      expect(headers['content-length']).toBe(String(bytes.length));
      expect(headers.vary).toContain('Accept-Encoding');
      const plain = await (await fetch(shop.url + path)).text();
      const decoded = coding === 'br' ? brotliDecompressSync(bytes) : coding === 'gzip' ? gunzipSync(bytes) : bytes;
      expect(decoded.toString() === plain).toBe(true);
      if (coding !== 'identity') expect(bytes.length * 3).toBeLessThan(plain.length);
      expect(headers.etag).toMatch(coding === 'identity' ? /^"[\w-]{22}"$/ : new RegExp(`^"[\\w-]{22}-${coding}"$`));
      const known = await ask({ 'if-none-match': headers.etag ?? '' });
      expect([known.status, known.bytes.length, known.headers.etag]).toEqual([304, 0, headers.etag]);
      expect((await ask({ 'if-none-match': '"another"' })).status).toBe(200);
    }
  });

  test('has each route once, and nothing else', () => {
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(routes.map(({ action }) => action).sort());
  });

  test('says for each what may go wrong, of the problems that there are', () => {
    for (const { responses } of operations) {
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['400', '404', '429', '500', '503']));
    }
  });

  const bodies = routes.flatMap((route) => {
    const example = operations.find(({ operationId }) => operationId === route.action)?.requestBody?.content[
      'application/json'
    ]?.example;
    return example ? [[route.action, { route, example }] as const] : [];
  });
  test.each(bodies)('%s: its example is one that it takes', (_action, { route, example }) => {
    const { params, headers = {} } = route.contract;
    const own = Object.entries(params).filter(([name]) => name in example && !(name in headers));
    const check = new Validator({ considerNullAsAValue: true }).compile({
      $$strict: true,
      ...strictRules(Object.fromEntries(own)),
    });
    expect(check(structuredClone(example))).toBe(true);
  });

  test('a page shows it, with nothing from another host', async () => {
    const { body, headers } = await request(shop.url, 'GET /docs');
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self'/);
    const links = [...String(body).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link as string);
    expect(links).toHaveLength(4);
    for (const link of links) {
      expect(link).toMatch(/^\/docs\//);
      expect((await request(shop.url, `GET ${link}`)).status).toBe(200);
    }
  });

  test.each(['package.json', '..%2Fpackage.json', '.%2Fswagger-ui.css', '%2Fetc%2Fpasswd', 'constructor', '__proto__'])(
    'of the package nothing else is served, such as %s',
    async (file) => {
      expect((await request(shop.url, `GET /docs/${file}`)).status).toBe(404);
    },
  );

  test.each(Object.keys(PROBLEMS))('the problem type %s can be read', async (code) => {
    const { body } = await request(shop.url, `GET /problems/${code}`);
    expect(body).toMatchObject({
      type: `/problems/${code}`,
      title: expect.any(String),
      help: expect.stringMatching(/../),
    });
    const page = await request(shop.url, `GET /problems/${code}`, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.body).toContain(`<h1>${body.title}</h1>`);
  });

  test('a type of problem that there is not is not found', async () => {
    for (const code of ['nothing', 'constructor', '__proto__']) {
      expect((await request(shop.url, `GET /problems/${code}`)).status).toBe(404);
    }
  });
});

describe('the check of answers against it', () => {
  const headers = new Headers({ 'content-type': 'application/json', 'x-request-id': 'a' });
  const healthy = { status: 200, headers, body: { status: 'ok' } as object };
  test.each([
    ['an undocumented status', { status: 418 }],
    ['an undocumented field', { body: { status: 'ok', secret: 1 } }],
    ['a missing field', { body: {} }],
    ['a wrong value', { body: { status: 'fine' } }],
    ['another media type', { headers: new Headers({ 'content-type': 'text/html', 'x-request-id': 'a' }) }],
    ['no request id', { headers: new Headers({ 'content-type': 'application/json' }) }],
  ])('fails for %s', (_name, change) => {
    expect(() => checkAnswer('GET', '/healthz', healthy)).not.toThrow();
    expect(() => checkAnswer('GET', '/healthz', { ...healthy, ...change })).toThrow('GET /healthz answered');
  });
});
