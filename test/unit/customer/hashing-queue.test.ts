import { expect, test } from '@jest/globals';
import { HashingQueue } from '../../../services/customer/auth/hashing-queue.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A machine that hashes in a given time, by a clock that the test moves. */
class Machine {
  now = 0;
  readonly queue: HashingQueue;
  readonly #taskMs: number;
  readonly #running: { endsAt: number; end: () => void }[] = [];
  mostAtOnce = 0;

  constructor(taskMs: number, slots = 2) {
    this.#taskMs = taskMs;
    this.queue = new HashingQueue({ slots, clock: () => this.now });
  }

  /** Resolves to 0 when it was hashed, else to the seconds after which to come back. */
  login = (): Promise<number> =>
    this.queue
      .run(
        () =>
          new Promise<number>((resolve) => {
            this.#running.push({ endsAt: this.now + this.#taskMs, end: () => resolve(0) });
            this.mostAtOnce = Math.max(this.mostAtOnce, this.#running.length);
          }),
      )
      .catch((error: { type: string; data: { retryAfter: number } }) => {
        expect(error.type).toBe('unavailable');
        return error.data.retryAfter;
      });

  /** Lets time pass, task by task. */
  async until(time: number): Promise<void> {
    for (await settled(); ; await settled()) {
      const next = Math.min(...this.#running.map(({ endsAt }) => endsAt));
      if (next > time) break;
      this.now = next;
      const ended = this.#running.filter(({ endsAt }) => endsAt === next);
      for (const one of ended) {
        this.#running.splice(this.#running.indexOf(one), 1);
        one.end();
      }
    }
    this.now = time;
  }
}

test.each([20, 70, 400, 3000])(
  '100 at once, with hashes of %i ms: those who are refused come back as told, and all get in',
  async (ms) => {
    const machine = new Machine(ms);
    let waiting = Array.from({ length: 100 }, () => 0);
    let hashed = 0;
    while (waiting.length > 0) {
      const time = Math.min(...waiting);
      await machine.until(time);
      const due = waiting.filter((at) => at <= time);
      waiting = waiting.filter((at) => at > time);
      for (const _ of due) {
        void machine.login().then((retryAfter) => {
          if (retryAfter === 0) hashed += 1;
          else waiting.push(time + retryAfter * 1000);
        });
      }
      await settled();
      await settled();
      // Sixteen minutes is far more than the slowest of these machines needs for a hundred hashes.
      expect(machine.now).toBeLessThan(1_000_000);
    }
    await machine.until(2_000_000);
    expect(hashed).toBe(100);
    expect(machine.mostAtOnce).toBe(2);
  },
);

test('one that would wait for too long is refused at once, while nothing has ended', async () => {
  const machine = new Machine(1000);
  // It learns how slow the machine is.
  for (let n = 0; n < 30; n++) {
    const done = machine.login();
    await machine.until(machine.now + 1000);
    expect(await done).toBe(0);
  }
  const answers: number[] = [];
  for (let n = 0; n < 100; n++) void machine.login().then((answer) => answers.push(answer));
  await settled();
  await settled();
  expect(answers.length).toBeGreaterThan(80);
  // Not all in the same second: they would only be refused again together.
  expect(new Set(answers).size).toBeGreaterThan(10);
  for (const retryAfter of answers) {
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(30);
  }
});

test('a task that fails hands its slot on', async () => {
  const queue = new HashingQueue({ slots: 1 });
  const failing = queue.run(() => Promise.reject(new Error('no memory')));
  const next = queue.run(() => Promise.resolve('hashed'));
  await expect(failing).rejects.toThrow('no memory');
  await expect(next).resolves.toBe('hashed');
  await expect(queue.run(() => Promise.resolve('again'))).resolves.toBe('again');
});
