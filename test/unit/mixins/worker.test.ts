import { afterEach, expect, test } from '@jest/globals';
import { type Service, ServiceBroker } from 'moleculer';
import { type Worker, worker } from '../../../mixins/worker.ts';
import { eventually } from '../../support/eventually.ts';

const AN_HOUR_MS = 3600_000;

const brokers: ServiceBroker[] = [];
afterEach(async () => {
  for (const broker of brokers.splice(0)) await broker.stop();
});

/** A service whose worker pauses for an hour, unless something wakes it. */
async function startWorker(run: (runs: number) => Promise<void> = async () => {}, every = AN_HOUR_MS) {
  const runs: number[] = [];
  const broker = new ServiceBroker({ logger: false });
  brokers.push(broker);
  broker.createService({
    name: 'working',
    mixins: [
      worker<unknown>({
        every,
        async run() {
          runs.push(Date.now());
          await run(runs.length);
        },
      }),
    ],
  });
  await broker.start();
  const service = broker.getLocalService('working') as Service & { worker: Worker };
  const until = (count: number) =>
    eventually(
      async () => runs.length,
      (length) => length >= count,
    );
  return { worker: service.worker, runs, until };
}

test('a worker runs again and again, also after an error', async () => {
  const { until } = await startWorker(async () => {
    throw new Error('broken');
  }, 1);
  await until(3);
});

test('a worker that is woken runs now', async () => {
  const { worker, until } = await startWorker();
  worker.wake();
  await until(1);
  worker.wake();
  await until(2);
});

test('a worker that is woken for a time runs then: not at the end of its pause, and not before', async () => {
  const { worker, runs, until } = await startWorker();
  const at = Date.now() + 100;
  worker.wake(at);
  await until(1);
  // Timers may be a millisecond early by this clock.
  expect(runs[0]).toBeGreaterThanOrEqual(at - 1);
});

test('of several times the earliest counts, in whatever order they are told', async () => {
  const { worker, until } = await startWorker();
  worker.wake(Date.now() + AN_HOUR_MS / 2);
  worker.wake(Date.now() + 50);
  worker.wake(Date.now() + AN_HOUR_MS / 3);
  await until(1);
});

test('what is told during a run ends the pause after it', async () => {
  const found = Promise.withResolvers<void>();
  const { worker, until } = await startWorker((runs) => (runs === 1 ? found.promise : Promise.resolve()));
  worker.wake();
  await until(1);
  worker.wake(Date.now() + 50);
  found.resolve();
  await until(2);
});

test('a further loop has pauses of its own', async () => {
  const { worker, runs, until } = await startWorker();
  let others = 0;
  const wakeOther = worker.repeat({
    every: AN_HOUR_MS,
    async run() {
      others += 1;
    },
  });
  wakeOther();
  await eventually(
    async () => others,
    (count) => count === 1,
  );
  expect(runs).toEqual([]);
  worker.wake();
  await until(1);
  expect(others).toBe(1);
});

test('a stop ends the pauses of all loops, waits for what is running, and nothing runs after it', async () => {
  const { worker, runs, until } = await startWorker(() => new Promise((done) => setTimeout(done, 50)));
  let others = 0;
  worker.repeat({
    every: AN_HOUR_MS,
    async run() {
      others += 1;
    },
  });
  let isDone = false;
  worker.background(
    new Promise((done) => setTimeout(done, 100)).then(() => {
      isDone = true;
    }),
  );
  worker.wake();
  await until(1);
  for (const broker of brokers.splice(0)) await broker.stop();
  expect(isDone).toBe(true);
  worker.wake();
  await new Promise(setImmediate);
  expect([runs.length, others]).toEqual([1, 0]);
});
