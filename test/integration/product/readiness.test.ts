import type { Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Middleware, type Service, ServiceBroker } from 'moleculer';
import { brokerOptions } from '../../../moleculer.config.ts';
import { servicesOf } from '../../../services/nodes.ts';
import { eachEngine } from '../../support/engines.ts';
import { eventually, request } from '../../support/shop.ts';

eachEngine('a node whose projection is being built', (engine) => {
  let broker: ServiceBroker;
  let url: string;
  let started: Promise<void>;
  let build = () => {};

  beforeAll(async () => {
    const config = engine.config({ SEED: 'true' });
    const held = new Promise<void>((resolve) => {
      build = resolve;
    });
    // It is built from the levels of stock on; here these take their time.
    const slow: Middleware = {
      localAction(next, action) {
        if (action.name !== 'inventory.levels') return next;
        return async function (ctx) {
          await held;
          return next.call(this, ctx);
        };
      },
    };
    const options = brokerOptions(config);
    broker = new ServiceBroker({ ...options, middlewares: [slow, ...(options.middlewares ?? [])] });
    const schemas = await Promise.all(config.services.map((kind) => servicesOf(kind, config)));
    for (const schema of schemas.flat()) broker.createService(schema);
    started = broker.start();
    const gateway = broker.getLocalService('api') as Service & { server: Server };
    const address = await eventually(
      async () => gateway.server.address(),
      (found) => typeof found === 'object' && found !== null,
    );
    url = `http://127.0.0.1:${(address as { port: number }).port}`;
  });
  afterAll(async () => {
    build();
    await started;
    await broker.stop();
  });

  test('is not asked for lists, and is not ready, until it stands', async () => {
    // The rest of the node is there.
    await eventually(
      async () => broker.registry.actions.isAvailable('inventory.levels'),
      (is) => is,
    );
    expect((await request(url, 'GET /healthz')).status).toBe(200);
    const ready = await eventually(
      () => request(url, 'GET /readyz?deep=true'),
      ({ body }) => body.detail?.includes('product'),
    );
    expect(ready.status).toBe(503);
    // A load balancer sends the process no customer before all its services have started.
    const starting = await request(url, 'GET /readyz');
    expect(starting).toMatchObject({ status: 503, body: { detail: 'This gateway is starting.' } });
    for (const path of ['/v1/products', '/v1/products/suggest?q=a', '/v1/products/alder-merino-crew-sweater']) {
      const answer = await request(url, `GET ${path}`);
      expect([path, answer.status, answer.headers.get('retry-after')]).toEqual([path, 503, '1']);
    }
    build();
    await eventually(
      () => request(url, 'GET /readyz'),
      ({ status }) => status === 200,
    );
    expect((await request(url, 'GET /v1/products')).status).toBe(200);
    expect((await request(url, 'GET /readyz?deep=true')).status).toBe(200);
    expect((await request(url, 'GET /v1/products?inStock=true')).body.total).toBeGreaterThan(100);
  });
});
