import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type BrokerOptions, type Service, ServiceBroker } from 'moleculer';
import { createKeyRing } from '../../../lib/auth/token-keys.ts';
import { VerifiedTokens } from '../../../lib/auth/verified-tokens.ts';
import { contract } from '../../../lib/contract/contract.ts';
import { service } from '../../../lib/contract/service.ts';
import { paramsValidator } from '../../../lib/contract/validator.ts';
import { gateway } from '../../../services/api/gateway.ts';
import { clientAddress } from '../../../services/api/http/client-address.ts';
import { routesOf } from '../../../services/api/http/routes.ts';
import { cleanUp, engines } from '../../support/engines.ts';
import { noRevocations } from '../../support/gateways.ts';
import { type Answer, send as request } from '../../support/shop.ts';

const open = { visibility: 'published', auth: 'public', idempotent: true, returns: 'any' } as const;
const papers = contract(
  'papers',
  {
    sign: {
      ...open,
      summary: 'What came',
      rest: 'POST /v1/papers/:name',
      rawBody: 'payload',
      headers: { signature: 'X-Signature', proof: 'X-Proof' },
      params: { name: 'string', payload: 'string', signature: 'string', proof: { type: 'string', optional: true } },
    },
    pdf: { ...open, summary: 'A file', rest: 'GET /v1/papers/:name', params: { name: 'string' } },
    page: { ...open, summary: 'A page', rest: 'GET /v1/pages', personal: true, params: {} },
  },
  {},
);
/** Every byte there is, so also those that no text has. */
const BYTES = Buffer.from(Array.from({ length: 512 }, (_, n) => n % 256));

const services = (config: { checkResults: boolean }) =>
  service(papers, config, {
    handlers: {
      sign: (ctx) => ctx.params as object,
      pdf(ctx) {
        ctx.meta.$responseType = 'application/pdf';
        ctx.meta.$responseHeaders = { 'Content-Disposition': `inline; filename="${ctx.params.name}.pdf"` };
        return BYTES;
      },
      page(ctx) {
        ctx.meta.$responseType = 'text/html; charset=utf-8';
        return '<!doctype html><p>Größe';
      },
    },
  });

afterAll(cleanUp);

/** The same through Moleculer's transporter and serializer as in one process. */
describe.each(['in this process', 'on another node'])('a service %s', (where) => {
  const brokers: ServiceBroker[] = [];
  let url: string;

  beforeAll(async () => {
    const config = engines[0]?.config() as ReturnType<(typeof engines)[0]['config']>;
    const options: BrokerOptions = {
      logger: false,
      requestTimeout: 5000,
      namespace: config.databasePrefix,
      ...(where === 'in this process' ? {} : { transporter: 'Fake' }),
      validator: paramsValidator(),
    };
    const near = new ServiceBroker({ ...options, nodeID: 'near' });
    const far = where === 'in this process' ? near : new ServiceBroker({ ...options, nodeID: 'far' });
    brokers.push(...new Set([near, far]));
    const api = near.createService({
      name: 'api',
      mixins: [
        gateway(config, routesOf([papers]), {
          tokens: new VerifiedTokens(createKeyRing(config)),
          revocations: await noRevocations(),
          addressOf: clientAddress([]),
          guestCheckout: true,
        }),
      ],
    });
    far.createService(services(config));
    for (const broker of brokers) await broker.start();
    await near.waitForServices('papers');
    url = `http://127.0.0.1:${((api as Service & { server: { address(): AddressInfo } }).server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    for (const broker of brokers) await broker.stop();
  });

  describe('gets the body as it was sent', () => {
    const post = (body: string, headers: Record<string, string> = {}) =>
      request(url, 'POST /v1/papers/deed', { body, headers: { 'x-signature': 's', ...headers } });

    test.each([
      ['JSON, to the last space', 'application/json', '{ "a":1.0,\n"b" : "\\u00e9" }  '],
      ['no JSON at all, whatever it says it is', 'application/json', '{"a":'],
      ['a list', 'application/json', '[1]'],
      ['text', 'text/plain', 'Grüße, 你好 🙂'],
      ['a form', 'application/x-www-form-urlencoded', 'a=1&a=2'],
      ['what it does not name', '', 'x'],
      ['names that would do harm if they were parsed', 'application/json', '{"__proto__":{"admin":true}}'],
    ])('%s', async (_name, type, body) => {
      const answer = await post(body, { 'content-type': type });
      expect(answer).toMatchObject({ status: 200, body: { name: 'deed', payload: body, signature: 's' } });
      expect(answer.body).not.toHaveProperty('proof');
    });

    test('with headers that may be missing, and those that may not', async () => {
      expect((await post('x', { 'x-proof': 'p' })).body).toMatchObject({ proof: 'p' });
      const answer = await request(url, 'POST /v1/papers/deed', { body: 'x' });
      expect(answer).toMatchObject({ status: 400, body: { detail: 'The header X-Signature is missing.' } });
    });

    test('of up to 100 KiB, unpacked', async () => {
      expect((await post('x'.repeat(100 * 1024))).status).toBe(200);
      const over = 'x'.repeat(100 * 1024 + 1);
      expect(await post(over)).toMatchObject({ status: 413, body: { type: '/problems/payload-too-large' } });
      const packed = await fetch(`${url}/v1/papers/deed`, {
        method: 'POST',
        body: gzipSync(over),
        headers: { 'x-signature': 's', 'content-encoding': 'gzip' },
      });
      expect(packed.status).toBe(413);
    });

    test('or nothing, and nothing from the query', async () => {
      const none = await request(url, 'POST /v1/papers/deed', { headers: { 'x-signature': 's' } });
      expect(none).toMatchObject({ status: 200, body: { payload: '' } });
      const answer = await request(url, 'POST /v1/papers/deed?payload=x', {
        body: 'y',
        headers: { 'x-signature': 's' },
      });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/payload' }] } });
    });
  });

  describe('answers', () => {
    const read = async (path: string, method = 'GET') => {
      const answer = await fetch(url + path, { method });
      return { ...answer, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
    };

    test('a file, byte for byte, with its type and name', async () => {
      const { headers, body } = await read('/v1/papers/deed');
      expect(body.equals(BYTES)).toBe(true);
      expect(headers.get('content-type')).toBe('application/pdf');
      expect(headers.get('content-length')).toBe(String(BYTES.length));
      expect(headers.get('content-disposition')).toBe('inline; filename="deed.pdf"');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    });

    test('a page, which nobody keeps for others when it depends on who asks', async () => {
      const { headers, body } = await read('/v1/pages');
      expect(body.toString()).toBe('<!doctype html><p>Größe');
      expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
      expect((await read('/v1/papers/deed')).headers.get('cache-control')).toBeNull();
    });

    test('a HEAD with the same headers', async () => {
      const { headers, body } = await read('/v1/papers/deed', 'HEAD');
      expect(body).toHaveLength(0);
      expect(headers.get('content-type')).toBe('application/pdf');
    });

    test('problems as JSON all the same', async () => {
      const answer: Answer = await request(url, 'GET /v1/pages?x=1');
      expect(answer).toMatchObject({ status: 400, body: { type: '/problems/invalid-request' } });
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
    });
  });
});
