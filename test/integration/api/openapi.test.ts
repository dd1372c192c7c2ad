import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { validate } from '@readme/openapi-parser';
import { PROBLEMS } from '../../../lib/errors.ts';
import { strict } from '../../../lib/service.ts';
import { Validator } from '../../../lib/validator.ts';
import { openapi } from '../../../services/api/openapi.ts';
import { routesOf } from '../../../services/api/routes.ts';
import { contracts } from '../../../services/contracts.ts';
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
    expect(await validate(body)).toMatchObject({ valid: true });
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
      ...strict(Object.fromEntries(own)),
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
