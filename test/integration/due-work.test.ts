import { afterEach, expect, jest, test } from '@jest/globals';
import { type Service, ServiceBroker } from 'moleculer';
import type { Broker } from '../../lib/contract/contract.ts';
import type { Config } from '../../lib/process/config.ts';
import { dueWork } from '../../mixins/due-work/due-work.ts';
import { claim, type DueQueue, dueIn, PARKED_INDEX, type RetryFields } from '../../mixins/due-work/queue.ts';
import { RETRY_POLICY } from '../../mixins/due-work/schedule.ts';
import type { Engine } from '../../mixins/store/engine.ts';
import { type Store, store } from '../../mixins/store/store.ts';
import { brokerOptions } from '../../moleculer.config.ts';
import { operatorCommands } from '../../scripts/operator-commands.ts';
import { freePort } from '../../scripts/servers/ports.ts';
import { errors } from '../../services/shared/problems.ts';
import { eachEngine } from '../support/engines.ts';
import { eventually } from '../support/shop.ts';

interface Job extends RetryFields {
  _id: string;
  rev: number;
  nextAt: Date | null;
}

const queue: DueQueue<Job> = {
  name: 'jobs',
  policy: {
    ...RETRY_POLICY,
    leaseMs: 2000,
    firstPauseMs: 10,
    maxFaultPauseMs: 20,
    maxOutagePauseMs: 20,
    maxFailures: 3,
  },
  ...dueIn('nextAt'),
};
const AN_HOUR_MS = 3600_000;

const job = (_id: string, nextAt = new Date()): Omit<Job, 'rev'> => ({ _id, nextAt });

eachEngine('work that is due', (engine) => {
  const brokers: ServiceBroker[] = [];
  let jobs: Store<Job>;
  let config: Config;
  let worked: string[];

  /** A node with two workers on one collection, as two nodes have it: an embedded database is of one process. */
  const start = async (
    work: (doc: Job, worker: string) => Promise<void>,
    env: NodeJS.ProcessEnv = {},
    options: { searchIntervalMs?: number } = {},
  ) => {
    worked = [];
    config = engine.config({ LOG_LEVEL: 'fatal', ...env });
    const broker = new ServiceBroker(brokerOptions(config));
    brokers.push(broker);
    const shared = store<Job>(config, {
      node: 'product',
      collection: 'jobs',
      indexes: [{ fields: { nextAt: 1 } }, PARKED_INDEX],
    });
    const end = async (doc: Job, worker: string) => {
      worked.push(doc._id);
      await work(doc, worker);
      await jobs.change(doc._id, () => ({ answer: undefined, patch: { nextAt: null } }));
    };
    broker.createService({
      name: 'first',
      mixins: [dueWork<Job>({ queue, atOnce: 4, ...options, work: (doc) => end(doc, 'first') }), shared],
    });
    broker.createService({
      name: 'second',
      mixins: [dueWork<Job>({ queue, atOnce: 4, ...options, work: (doc) => end(doc, 'second') })],
      created(this: Service & { store: Store<Job> }) {
        Object.defineProperty(this, 'store', { get: () => jobs });
      },
    });
    const first = broker.getLocalService('first') as Service & { store: Store<Job> };
    jobs = first.store;
    await broker.start();
    return broker as unknown as Broker;
  };
  const untilDone = (ids: readonly string[]) =>
    eventually(
      () => Promise.all(ids.map((id) => jobs.get(id))),
      (found) => found.every((one) => one?.nextAt === null),
    );
  afterEach(async () => {
    for (const broker of brokers.splice(0)) await broker.stop();
  });

  test('is done once, however many workers look for it', async () => {
    await start(async () => {});
    const ids = Array.from({ length: 40 }, (_, n) => `job ${n}`);
    await Promise.all(ids.map((id) => jobs.insert(job(id))));
    await untilDone(ids);
    expect(worked.toSorted()).toEqual(ids.toSorted());
  });

  test('is claimed by one of those who try at the same moment', async () => {
    await start(async () => {});
    const inAMinute = new Date(Date.now() + 60_000);
    await jobs.insert(job('later', inAMinute));
    const claims = await Promise.all(
      Array.from({ length: 10 }, () => jobs.change('later', (doc) => claim(queue, doc, inAMinute))),
    );
    expect(claims.filter(Boolean)).toHaveLength(1);
  });

  test('is gone on with by another worker when the lease of one that died is over', async () => {
    await start(async () => {});
    const lease = new Date(Date.now() + 500);
    await jobs.insert(job('of a worker that died', lease));
    await untilDone(['of a worker that died']);
    expect(Date.now()).toBeGreaterThanOrEqual(+lease);
  });

  test('is done when it is due, without a search, if this process has written it', async () => {
    await start(async () => {}, {}, { searchIntervalMs: AN_HOUR_MS });
    const [soon, later] = [new Date(Date.now() + 300), new Date(Date.now() + 600)];
    await jobs.insert(job('later', later));
    await jobs.insert(job('soon', soon));
    await untilDone(['soon']);
    expect(Date.now()).toBeGreaterThanOrEqual(+soon);
    await untilDone(['later']);
    expect(Date.now()).toBeGreaterThanOrEqual(+later);
    expect(worked).toEqual(['soon', 'later']);
  });

  test('is found by a search if another process has written it', async () => {
    const broker = await start(async () => {}, {}, { searchIntervalMs: 200 });
    const { adapter } = broker.getLocalService('first') as unknown as { adapter: Engine };
    await adapter.addNew([{ ...job('silent'), rev: 0 }]);
    await untilDone(['silent']);
  });

  test('is done without a search when it is due again after a failure', async () => {
    let tries = 0;
    const work = async () => {
      tries += 1;
      if (tries < 3) throw errors.unavailable('away');
    };
    await start(work, {}, { searchIntervalMs: AN_HOUR_MS });
    await jobs.insert(job('tried again'));
    await untilDone(['tried again']);
  });

  test('does not delay the stop of its service', async () => {
    await start(async () => {}, {}, { searchIntervalMs: AN_HOUR_MS });
    await jobs.insert(job('of next year', new Date(Date.now() + 365 * 24 * AN_HOUR_MS)));
    for (const broker of brokers.splice(0)) await broker.stop();
    expect(worked).toEqual([]);
  });

  test('waits for the end of an outage, which is no fault', async () => {
    let isAway = true;
    let tries = 0;
    await start(async () => {
      tries += 1;
      if (isAway) throw errors.unavailable('away');
    });
    await jobs.insert({ ...job('kept'), failures: 2 });
    // More often than the faults after which it would be parked.
    await eventually(
      async () => tries,
      (count) => count > 5,
    );
    const held = await jobs.get('kept');
    expect(held).toMatchObject({ failures: 2, parkedError: expect.stringContaining('away') });
    expect(held?.parkedAt ?? null).toBeNull();
    isAway = false;
    await untilDone(['kept']);
    await eventually(
      () => jobs.get('kept'),
      (found) => found?.failures === 0 && found.attempts === 0,
    );
  });

  test('is parked after faults, listed with its reason, counted, and done when an operator replays it', async () => {
    const print = jest.spyOn(console, 'table').mockImplementation(() => undefined);
    const say = jest.spyOn(console, 'info').mockImplementation(() => undefined);
    try {
      const metricsPort = await freePort();
      let isBroken = true;
      const broker = await start(
        async () => {
          if (isBroken) throw new Error('the form is illegible');
        },
        { METRICS_PORT: String(metricsPort) },
      );
      await jobs.insert(job('bad'));
      const list = () => broker.call('due.list', {});
      const { items } = await eventually(list, (found) => found.items.length > 0);
      expect(items).toEqual([
        { queue: 'jobs', id: 'bad', parkedAt: expect.any(String), failures: 3, error: 'Error: the form is illegible' },
      ]);
      expect(worked).toEqual(['bad', 'bad', 'bad']);
      const metrics = async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      const shown = await eventually(metrics, (text) => /shop_due_work\{[^}]*state="parked"[^}]*\} 1/.test(text));
      expect(shown).toMatch(/shop_due_work_oldest_seconds\{[^}]*queue="jobs"[^}]*\} 0/);

      await expect(broker.call('due.replay', { queue: 'jobs', id: 'none' })).rejects.toMatchObject({
        type: 'not-found',
      });
      await expect(broker.call('due.replay', { queue: 'x', id: 'bad' })).rejects.toMatchObject({ type: 'not-found' });
      isBroken = false;
      const due = operatorCommands.find(({ command }) => command.startsWith('due '));
      const typed = (what: string, queue = '', id = '') => due?.action(broker, { what, queue, id, options: {} });
      await typed('list');
      expect(print.mock.calls.at(-1)).toEqual([items]);
      await typed('replay', 'jobs', 'bad');
      await untilDone(['bad']);
      expect((await list()).items).toEqual([]);
      await expect(broker.call('due.replay', { queue: 'jobs', id: 'bad' })).rejects.toMatchObject({
        type: 'not-found',
      });
    } finally {
      print.mockRestore();
      say.mockRestore();
    }
  });
});
