import { describe, expect, test } from '@jest/globals';
import { type Contender, type Measured, measure, type Run } from '../../../bench/load/measure.ts';
import { costsOf } from '../../../bench/report/costs.ts';
import { outcomesOf } from '../../../bench/report/goals.ts';
import { type Row, rowsOf } from '../../../bench/report/rows.ts';

const run = (more: Partial<Measured>): Measured => ({
  ...{ rate: 1, p50: 1, p99: 1, count: 1, errors: 0, cpu: {}, generator: 0, others: 0 },
  ...more,
});
const contender = (name: string): Contender => ({ name, pids: () => ({}), run: () => Promise.resolve(run({})) });
const rowsFrom = (name: string, runs: Record<string, Measured>): Row[] =>
  rowsOf(
    { name, title: name, contenders: Object.keys(runs).map(contender) },
    new Map(Object.entries(runs).map(([target, one]) => [target, [one]])),
  );

describe('goals of the bench', () => {
  const cpu = { 'shopping-1': 3000, 'shopping-2': 1000, mongo: 2000 };
  const rows = [
    ...rowsFrom('cart', { cluster: run({ rate: 700, cpu: { 'shopping-1': 500, mongo: 250 } }) }),
    ...rowsFrom('orders', { driver: run({ rate: 100 }), cluster: run({ rate: 50, p50: 39, loopRate: 40, cpu }) }),
    ...rowsFrom('counts', { '16 in flight': run({ figures: { orderWriteCommands: 6.5, orderMessages: 9 } }) }),
    ...rowsFrom('rest', { cluster: run({ cpu: { 'product-1': 9000, 'api-1': 12_000, mongo: 90_000 } }) }),
  ];
  const outcomes = new Map(outcomesOf(rows).map(({ what, ...outcome }) => [what, outcome]));

  test.each([
    ['order, cluster, to the driver', 0.5, false],
    ['order, cluster, p50', 39, true],
    ['cart update, cluster', 700, true],
    ['order: write commands', 6.5, false],
    ['order: NATS messages', 9, true],
    ['at rest: the busiest node, of a core', 1.2, false],
    ['order, cluster: processor time of all processes', 4.5, true],
  ])('%s', (what, value, isReached) => {
    expect(outcomes.get(what)).toMatchObject({ value, isReached });
  });

  test('what was not measured is not reached', () => {
    const outcome = outcomes.get('production install without Node');
    expect(outcome).toMatchObject({ isReached: false });
    expect(outcome).not.toHaveProperty('value');
  });

  test('the cost of an order is what is left when that of its two cart updates is taken off', () => {
    expect(costsOf(rows)).toEqual([
      { target: 'cluster', request: 'order', cpuMs: { shopping: 3, mongo: 1.5 } },
      { target: 'cluster', request: 'two cart updates', cpuMs: { shopping: 1, mongo: 0.5 } },
      { target: 'cluster', request: 'both', cpuMs: { shopping: 4, mongo: 2 } },
    ]);
  });
});

describe('runs of a workload', () => {
  const ranIn = async (order: 'rounds' | 'one after the other' | 'once') => {
    const ran: string[] = [];
    const noting = (name: string): Contender => ({
      ...contender(name),
      prepare: async () => void ran.push(`prepare ${name}`),
      run: async (): Promise<Run> => {
        ran.push(name);
        return run({});
      },
    });
    const workload = { name: 'w', title: 'w', order, contenders: [noting('a'), noting('b')] };
    const results = await measure(workload, { seconds: 1, rounds: 2 }, () => undefined);
    return { ran, counts: [...results.values()].map((runs) => runs.length) };
  };

  test('each round has every contender', async () => {
    const ran = ['prepare a', 'a', 'prepare b', 'b', 'a', 'b', 'a', 'b'];
    expect(await ranIn('rounds')).toEqual({ ran, counts: [2, 2] });
  });
  test('one after the other, each is prepared when those before it are through', async () => {
    const ran = ['prepare a', 'a', 'a', 'a', 'prepare b', 'b', 'b', 'b'];
    expect(await ranIn('one after the other')).toEqual({ ran, counts: [2, 2] });
  });
  test('once, without a warm-up', async () => {
    expect(await ranIn('once')).toEqual({ ran: ['prepare a', 'prepare b', 'a', 'b'], counts: [1, 1] });
  });
});
