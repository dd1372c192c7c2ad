import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../../lib/process/config.ts';
import { restartPauseMs } from '../../../scripts/cluster/keeper.ts';
import { terminalText } from '../../../scripts/cluster/logs.ts';
import { gatewayUrl, isGateway, planNodes } from '../../../scripts/cluster/plan.ts';
import { topologyTable } from '../../../scripts/cluster/topology.ts';

const secret = 'a secret of more than thirty-two characters';
const config = { ...loadConfig({ TOKEN_SECRET: secret, DATA_DIR: '/data' }), port: 3000 };
const mongoUrl = 'mongodb://user:pw@one,two/';
const addresses = { natsUrl: 'nats://app:pw@127.0.0.1:1', natsSystemUrl: 'nats://system:pw@127.0.0.1:1', mongoUrl };

describe('planNodes', () => {
  const plans = planNodes(config, () => addresses);

  test('every node kind is there, and all that hold no state twice', () => {
    expect(plans.map(({ id, services }) => `${id}: ${services.join('+')}`)).toEqual([
      'customer-1: customer',
      'product-1: product',
      'product-2: product',
      'shopping-1: shopping',
      'shopping-2: shopping',
      'api-1: api+watcher',
      'api-2: api+watcher',
    ]);
  });

  test('each node reads its part from its environment, with one secret for all and one port for the gateways', () => {
    for (const { id, services, env } of plans) {
      const { nodeId, ...read } = loadConfig(env);
      expect(nodeId).toBe(id);
      expect(read).toMatchObject({ services, ...addresses, tokenSecret: secret, port: 3000, reusePort: true });
    }
  });

  test('each node has a port of its own for its metrics, or none', () => {
    const portsFrom = (metricsPort: number) =>
      planNodes({ ...config, metricsPort }, () => addresses).map(({ env }) => loadConfig(env).metricsPort);
    expect(portsFrom(9100)).toEqual([9100, 9101, 9102, 9103, 9104, 9105, 9106]);
    expect(portsFrom(0)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  test('without a system account there is no watcher', () => {
    const planned = planNodes(config, () => ({ natsUrl: addresses.natsUrl, mongoUrl }));
    expect(planned.filter(isGateway).map(({ services }) => services)).toEqual([['api'], ['api']]);
    for (const { env } of planned) expect(loadConfig(env).natsSystemUrl).toBeUndefined();
  });
});

test.each([
  ['127.0.0.1', 'http://127.0.0.1:80'],
  ['0.0.0.0', 'http://127.0.0.1:80'],
  ['::', 'http://[::1]:80'],
  ['::1', 'http://[::1]:80'],
  ['shop.test', 'http://shop.test:80'],
])('what listens on %s is reached at %s', (host, url) => expect(gatewayUrl({ host, port: 80 })).toBe(url));

test('the table shows every process, and no password', () => {
  const nodes = [{ id: 'api-1', pid: 12, services: ['api'], ready: true }];
  const table = topologyTable({ pid: 1, url: 'http://u', ...addresses, nodes, servers: [{ id: 'nats', pid: null }] });
  expect(table).not.toContain('pw');
  expect(table.split('\n')).toEqual([
    'node   pid    services  address',
    'nats   down             nats://127.0.0.1:1',
    'mongo  given            mongodb://one,two/',
    'api-1  12     api       http://u',
  ]);
});

test('the wait before a restart grows up to five seconds', () => {
  expect([1, 2, 3, 4, 5, 6, 100].map(restartPauseMs)).toEqual([200, 400, 800, 1600, 3200, 5000, 5000]);
});

describe('loud', () => {
  test.each([
    ['{"level":40,"msg":"slow"}', 'warn: slow'],
    ['{"level":50,"msg":"it broke","err":{"message":"no disk"}}', 'error: it broke: no disk'],
    ['{"level":60,"msg":"gone","err":{"message":"gone"}}', 'fatal: gone'],
    ['[2026-01-01] ERROR broker: gone', '[2026-01-01] ERROR broker: gone'],
    ['{"level":', '{"level":'],
  ])('shows %s', (line, shown) => expect(terminalText(line)).toBe(shown));
  test.each(['{"level":30,"msg":"ERROR is only a word here"}', 'The shop listens', ''])('hides %s', (line) =>
    expect(terminalText(line)).toBeUndefined(),
  );
});
