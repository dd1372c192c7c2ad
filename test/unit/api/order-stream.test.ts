import { afterEach, describe, expect, test } from '@jest/globals';
import { OrderStream, type Timeline } from '../../../services/api/tracking/order-stream.ts';
import { OrderWatch } from '../../../services/api/tracking/order-watch.ts';
import { eventually } from '../../support/eventually.ts';

const at = '2026-03-01T10:00:00.000Z';
const STATES = ['PENDING', 'PAID', 'PACKED', 'SHIPPED', 'DELIVERED'] as const;
/** An order's timeline up to its n-th entry, from the one after `after` on. */
const timeline = (n: number, after = 0): Timeline => ({
  status: STATES[n - 1] ?? 'PENDING',
  final: n === STATES.length,
  events: STATES.slice(0, n)
    .map((status, i) => ({ id: i + 1, event: 'status' as const, status, at, by: 'system' as const }))
    .slice(after),
});

const opened: OrderStream[] = [];
afterEach(() => {
  for (const stream of opened.splice(0)) stream.destroy();
});

/** A stream whose client reads all at once. */
function read(after = 0, heartbeat?: number) {
  const stream = new OrderStream(after, heartbeat);
  opened.push(stream);
  const state = { text: '', ended: false, failed: false };
  stream.setEncoding('utf8').on('data', (text: string) => {
    state.text += text;
  });
  stream.once('end', () => {
    state.ended = true;
  });
  stream.once('error', () => {
    state.failed = true;
  });
  const ids = () => [...state.text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  return { stream, state, ids };
}
const settled = <T>(ask: () => T, is: (answer: T) => boolean) => eventually(async () => ask(), is);

describe('a stream', () => {
  test('has an event for each entry, with its number, its name and itself', async () => {
    const { stream, state } = read();
    stream.tell(timeline(1));
    await settled(
      () => state.text,
      (text) => text.includes('data'),
    );
    const [entry] = timeline(1).events;
    expect(state.text).toBe(`retry: 1000\n\nid: 1\nevent: status\ndata: ${JSON.stringify(entry)}\n\n`);
  });

  test('goes on after the last entry that the client has, and sends each once, however often it is told', async () => {
    const { stream, state, ids } = read(1);
    for (const n of [2, 2, 3, 1, 3, 5]) stream.tell(timeline(n));
    await settled(
      () => state.ended,
      (ended) => ended,
    );
    expect(ids()).toEqual([2, 3, 4, 5]);
  });

  test('ends after the last entry of all; what is told later does no harm', async () => {
    const { stream, state } = read();
    stream.tell(timeline(5));
    stream.tell(timeline(5));
    await settled(
      () => state.ended,
      (ended) => ended,
    );
    stream.tell(timeline(5));
    expect(state.failed).toBe(false);
    await settled(
      () => stream.destroyed,
      (destroyed) => destroyed,
    );
  });

  test('says now and then that it is there, but not to one who reads nothing', async () => {
    const reader = read(0, 5);
    const sleeper = new OrderStream(0, 5);
    opened.push(sleeper);
    const before = sleeper.readableLength;
    await settled(
      () => reader.state.text.split(': still here\n\n').length,
      (beats) => beats > 3,
    );
    expect(sleeper.readableLength).toBe(before);
  });
});

test('to a client that is slow at the end, nothing is sent behind it', async () => {
  const { stream, state } = read(0, 5);
  stream.on('data', (text: string) => {
    if (text.includes('DELIVERED')) stream.pause();
  });
  await settled(
    () => stream.readableFlowing && stream.readableLength === 0 && state.text !== '',
    (reads) => reads === true,
  );
  stream.tell(timeline(5));
  expect(state.text).toContain('DELIVERED');
  const other = read(0, 5);
  await settled(
    () => other.state.text.split(': still here').length,
    (beats) => beats > 5,
  );
  expect([state.ended, state.failed]).toEqual([false, false]);
  stream.resume();
  await settled(
    () => state.ended,
    (ended) => ended,
  );
  expect(state.failed).toBe(false);
});

describe('a watch', () => {
  /** Looks at an order that is at its n-th entry, once it is let. */
  function order() {
    const looks: number[] = [];
    const waiting: (() => void)[] = [];
    const state = { n: 1, isOpen: true, isDown: false };
    const look = async (after: number) => {
      looks.push(after);
      const seen = timeline(state.n, after);
      if (!state.isOpen) await new Promise<void>((resolve) => waiting.push(resolve));
      if (state.isDown) throw new Error('away');
      return seen;
    };
    const release = () => {
      for (const go of waiting.splice(0)) go();
    };
    return { looks, state, look, release };
  }
  const NEVER = 1 << 30;

  test('looks once at a hint, however many follow', async () => {
    const { looks, state, look } = order();
    const watch = new OrderWatch(look, NEVER);
    const readers = [read(0), read(1), read(0)];
    for (const { stream } of readers) watch.add(stream);
    state.n = 3;
    await watch.hint();
    expect(looks).toEqual([0]);
    await settled(
      () => readers.map(({ ids }) => ids()),
      (all) => all.every((ids) => ids.at(-1) === 3),
    );
    expect(readers.map(({ ids }) => ids())).toEqual([
      [1, 2, 3],
      [2, 3],
      [1, 2, 3],
    ]);
    for (const { stream } of readers) watch.remove(stream);
  });

  test('looks once more when a hint comes during a look, which may be too early for it', async () => {
    const { looks, state, look, release } = order();
    const watch = new OrderWatch(look, NEVER);
    const { stream, ids } = read();
    watch.add(stream);
    state.isOpen = false;
    const first = watch.hint();
    state.n = 2;
    for (let hints = 0; hints < 10; hints += 1) void watch.hint();
    state.isOpen = true;
    release();
    await first;
    expect(looks).toEqual([0, 1]);
    await settled(ids, (seen) => seen.length === 2);
    watch.remove(stream);
  });

  test('looks by itself when no hint comes, also after it could not', async () => {
    const { looks, state, look } = order();
    const watch = new OrderWatch(look, 5);
    const { stream, ids } = read();
    watch.add(stream);
    state.isDown = true;
    await settled(
      () => looks.length,
      (count) => count > 2,
    );
    expect(ids()).toEqual([]);
    Object.assign(state, { n: 4, isDown: false });
    await settled(ids, (seen) => seen.length === 4);
    expect(watch.remove(stream)).toBe(true);
  });

  test('looks no more when the last one has gone', async () => {
    const { looks, look } = order();
    const watch = new OrderWatch(look, 5);
    const [one, two] = [read(), read()];
    watch.add(one.stream);
    watch.add(two.stream);
    await settled(
      () => looks.length,
      (count) => count > 0,
    );
    expect(watch.remove(one.stream)).toBe(false);
    expect(watch.remove(two.stream)).toBe(true);
    const so = looks.length;
    await watch.hint();
    expect(looks).toHaveLength(so);
  });
});
