import type { AddressInfo, Server } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type Middleware, type Service, ServiceBroker } from 'moleculer';
import ApiGateway from 'moleculer-web';
import { createKeyRing } from '../../../lib/auth/token-keys.ts';
import { VerifiedTokens } from '../../../lib/auth/verified-tokens.ts';
import { contract } from '../../../lib/contract/contract.ts';
import { service } from '../../../lib/contract/service.ts';
import { paramsValidator } from '../../../lib/contract/validator.ts';
import { gateway } from '../../../services/api/gateway.ts';
import { clientAddress } from '../../../services/api/http/client-address.ts';
import { moleculerWeb } from '../../../services/api/http/moleculer-web.ts';
import { Port } from '../../../services/api/http/port.ts';
import { problemOf } from '../../../services/api/http/problem.ts';
import { routesOf } from '../../../services/api/http/routes.ts';
import { errors } from '../../../services/shared/problems.ts';
import { cleanUp, engines, type TestEngine } from '../../support/engines.ts';
import { noRevocations } from '../../support/gateways.ts';
import { RawConnection } from '../../support/raw.ts';
import { send } from '../../support/shop.ts';

// Fails when the installed version of moleculer-web does not fit services/api/http/moleculer-web.ts, or no longer needs it.

const open = { visibility: 'published', auth: 'public', idempotent: true, returns: 'any' } as const;
const id = { type: 'string', max: 40 } as const;
const things = contract(
  'things',
  {
    get: { ...open, summary: 'Get one', rest: 'GET /v1/things/:id', params: { id } },
    put: { ...open, summary: 'Replace one', rest: 'PUT /v1/things/:id', params: { id, title: 'string' } },
    make: {
      ...open,
      summary: 'Make one',
      rest: 'POST /v1/things/:id',
      params: { id },
      shardKey: 'id',
      location: '/v1/things/{id}',
      returns: { type: 'object', props: { id } },
    },
    sign: { ...open, summary: 'Sign one', rest: 'POST /v1/signed', rawBody: 'text', params: { text: 'string' } },
    load: {
      ...open,
      summary: 'Load one',
      rest: 'POST /v1/loaded/:id',
      upload: { types: ['text/plain'], limit: 1000, maxSeconds: 10 },
      params: { id },
    },
    fail: { ...open, summary: 'Fail', rest: 'GET /v1/failing', params: {} },
  },
  {},
);
const schema = service(
  things,
  { checkResults: false },
  {
    handlers: {
      get: (ctx) => ({ ...ctx.params, requestId: ctx.requestID }),
      put(ctx) {
        ctx.meta.$responseHeaders = { ETag: '"2"' };
        return ctx.params;
      },
      make(ctx) {
        ctx.meta.$location = '/v1/elsewhere';
        return ctx.params;
      },
      sign: (ctx) => ctx.params,
      load: async (ctx) => ({ size: Buffer.concat((await ctx.stream?.toArray()) ?? []).length }),
      fail: () => {
        throw errors.unavailable('away');
      },
    },
  },
);
const routes = routesOf([things]);

type Api = Service & { server: Server; aliases: { toString(): string }[] };
const urlOf = ({ server }: Api) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const json = { 'content-type': 'application/json' };
/** `fetch` adds a Cache-Control, by which the header means nothing. */
function putIfNoneMatch(url: string): Promise<string> {
  const headers = [
    'Host: x',
    'If-None-Match: *',
    'Content-Type: application/json',
    'Content-Length: 13',
    'Connection: close',
  ];
  const request = ['PUT /v1/things/a HTTP/1.1', ...headers, '', '{"title":"b"}'];
  return new RawConnection(url).send(request.join('\r\n')).untilClosed();
}

afterAll(cleanUp);

describe('the gateway on moleculer-web', () => {
  /** What `Broker.call` was given: names, and the actions of nodes. */
  const called: unknown[] = [];
  const config = (engines[0] as TestEngine).config();
  const listen = jest.spyOn(Port.prototype, 'listen');
  let broker: ServiceBroker;
  let replaced: ReturnType<typeof moleculerWeb>;
  let api: Api;
  let url: string;

  beforeAll(async () => {
    const record: Middleware = {
      // Moleculer's types give this hook the result of a call where it wants the wrapped function.
      call: ((next: (...args: unknown[]) => unknown) =>
        (...args: unknown[]) => {
          called.push(args[0]);
          return next(...args);
        }) as never,
    };
    broker = new ServiceBroker({ logger: false, validator: paramsValidator(), middlewares: [record] });
    const access = {
      tokens: new VerifiedTokens(createKeyRing(config)),
      addressOf: clientAddress([]),
      guestCheckout: true,
      revocations: await noRevocations(),
    };
    replaced = moleculerWeb({ config, routes, access, sending: {} });
    api = broker.createService({ name: 'api', mixins: [gateway(config, routes, access)] }) as Api;
    broker.createService(schema);
    await broker.start();
    url = urlOf(api);
  });
  beforeEach(() => void called.splice(0));
  afterAll(() => broker.stop());

  /** By the name of the method, what is so because moleculer-web calls ours. */
  const EFFECTS: Record<string, () => Promise<void>> = {
    async createServer() {
      const connection = new RawConnection(url);
      const answer = await connection.send(`GET / HTTP/1.1\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`).untilClosed();
      expect(answer).toMatch(/^HTTP\/1.1 431 .*"type":"\/problems\/headers-too-large"/s);
    },
    async httpHandler() {
      const answer = await send(url, 'GET /v1/nowhere');
      expect([answer.status, answer.headers.get('x-content-type-options')]).toEqual([404, 'nosniff']);
    },
    async resolveAlias() {
      expect((await send(url, 'HEAD /v1/things/a')).status).toBe(200);
    },
    async callAction() {
      const upload = { body: 'x'.repeat(500), headers: { 'content-type': 'text/plain' } };
      expect((await send(url, 'POST /v1/loaded/a', upload)).body).toEqual({ size: 500 });
    },
    async sendResponse() {
      expect(await putIfNoneMatch(url)).toMatch(/^HTTP\/1.1 200 /);
    },
    async errorHandler() {
      const log = jest.spyOn(api.logger, 'error');
      expect((await send(url, 'GET /v1/failing')).status).toBe(503);
      expect(log).not.toHaveBeenCalled();
    },
    async send404() {
      const answer = await send(url, 'DELETE /v1/things/a');
      expect([answer.status, answer.headers.get('allow')?.split(', ').sort()]).toEqual([
        405,
        ['GET', 'HEAD', 'POST', 'PUT'],
      ]);
    },
  };

  test('each method of ours has one of moleculer-web to replace, and its effect is known here', () => {
    const names = Object.keys(replaced.methods ?? {});
    expect(Object.keys(ApiGateway.methods ?? {})).toEqual(expect.arrayContaining(names));
    expect(Object.keys(EFFECTS)).toEqual(names);
  });

  test.each(Object.keys(EFFECTS))('moleculer-web calls our %s', (name) => EFFECTS[name]?.());

  test('of its actions, there is `rest` alone, without a line of its own', async () => {
    expect(Object.keys(ApiGateway.actions ?? {})).toEqual(Object.keys(replaced.actions ?? {}));
    expect(Object.keys(api.actions)).toEqual(['rest']);
    expect(api.schema.actions?.rest).toMatchObject({ visibility: 'private', bulkhead: { enabled: false } });
  });

  test('it listens by our port, and has the texts of its aliases ready', () => {
    expect(listen).toHaveBeenCalledTimes(1);
    expect(api.aliases).toHaveLength(routes.length);
    for (const alias of api.aliases) {
      expect(Object.hasOwn(alias, 'toString')).toBe(true);
      expect(String(alias)).toContain('/v1/');
    }
  });

  test('a request carries its id, and each parameter comes from its place', async () => {
    const answer = await send(url, 'GET /v1/things/a%20b');
    expect(answer).toMatchObject({ status: 200, body: { id: 'a b', requestId: answer.headers.get('x-request-id') } });
    const failed = await send(url, 'GET /v1/failing');
    expect(failed.body.instance).toBe(`urn:uuid:${failed.headers.get('x-request-id')}`);
    const put = await send(url, 'PUT /v1/things/a?title=query', { body: { title: 'body' } });
    expect(put).toMatchObject({ status: 400, body: { errors: [{ pointer: '/title' }] } });
    const text = '{ "a":1.0 }';
    expect((await send(url, 'POST /v1/signed', { body: text, headers: json })).body).toEqual({ text });
  });

  test('the broker is given the action of the chosen node, and the name where the parameters choose the node', async () => {
    await send(url, 'GET /v1/things/a');
    expect(called).toContainEqual(expect.objectContaining({ action: expect.objectContaining({ name: 'things.get' }) }));
    await send(url, 'POST /v1/things/a');
    expect(called).toContain('things.make');
  });

  test('a result has a Location with any status', async () => {
    const answer = await send(url, 'POST /v1/things/a%2Fb');
    expect([answer.status, answer.headers.get('location')]).toEqual([200, '/v1/things/a%2Fb']);
  });
});

describe('moleculer-web alone', () => {
  const seen: unknown[] = [];
  let broker: ServiceBroker;
  let api: Api;
  let url: string;

  beforeAll(async () => {
    broker = new ServiceBroker({ logger: false });
    const aliases = {
      'GET /v1/things/:id': 'things.get',
      'PUT /v1/things/:id': 'things.put',
      'POST /v1/things/:id': 'things.make',
      'GET /v1/failing': 'things.fail',
      'GET /v1/missing': 'nowhere.get',
    };
    const onError = (_req: unknown, res: { end(): void; statusCode: number }, error: unknown) => {
      seen.push(error);
      res.statusCode = 500;
      res.end();
    };
    const settings = { port: 0, ip: '127.0.0.1', routes: [{ path: '/', mappingPolicy: 'restrict', aliases }], onError };
    api = broker.createService({ name: 'api', mixins: [ApiGateway], settings } as object as typeof ApiGateway) as Api;
    broker.createService(schema);
    await broker.start();
    url = urlOf(api);
  });
  beforeEach(() => void seen.splice(0));
  afterAll(() => broker.stop());

  const problemTo = async (route: string) => {
    await send(url, route);
    return problemOf(seen[0], 'test').problem;
  };

  test.each([
    ['GET /v1/nowhere', 404, '/problems/not-found'],
    ['GET /v1/things/%zz', 400, '/problems/invalid-request'],
    ['GET /v1/missing', 503, '/problems/unavailable'],
  ])('fails at %s as problem.ts translates it', async (route, status, type) => {
    expect(await problemTo(route)).toMatchObject({ status, type });
  });

  /** When one of these fails, moleculer-web does it right, and the replacement can go. */
  describe('still needs to be replaced', () => {
    test('resolveAlias: a HEAD has no route', async () => {
      expect(await problemTo('HEAD /v1/things/a')).toMatchObject({ status: 404 });
    });

    test('send404: a method that a path does not have is not found', async () => {
      expect(await problemTo('DELETE /v1/things/a')).toMatchObject({ status: 404 });
    });

    test('sendResponse: a change is answered with 304', async () => {
      expect(await putIfNoneMatch(url)).toMatch(/^HTTP\/1.1 304 /);
    });

    test('errorHandler: each 503 is logged with its stack', async () => {
      const log = jest.spyOn(api.logger, 'error');
      await send(url, 'GET /v1/failing');
      expect(log.mock.calls.flat()).toContainEqual(expect.stringContaining('at Service.fail'));
    });

    test('onAfterCall: a 200 has no Location', async () => {
      expect((await send(url, 'POST /v1/things/a')).headers.get('location')).toBeNull();
    });

    test('actions: other nodes may add routes', () => {
      expect(broker.registry.actions.isAvailable('api.addRoute')).toBe(true);
    });
  });
});
