import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type ActionHandler, type Context, type Middleware, ServiceBroker } from 'moleculer';
import { contract } from '../../../lib/contract.ts';
import { nearCache } from '../../../lib/near-cache.ts';

const open = { summary: '', visibility: 'published', auth: 'public', idempotent: true, params: {} } as const;
const books = contract(
  'books',
  {
    get: { ...open, nearCache: { ttl: 60_000, dropOn: { 'books.changed': 'id', 'stock.changed': 'bookId' } } },
    list: { ...open, nearCache: { ttl: 60_000, dropOn: {} } },
    brief: { ...open, nearCache: { ttl: 20, dropOn: {} } },
    plain: open,
  },
  {},
);

/** The other node: counts what it is asked, and answers when it is told to. */
class Remote {
  asked = 0;
  #waiting: { resolve: (answer: unknown) => void; reject: (error: unknown) => void }[] = [];

  ask = (): Promise<unknown> => {
    this.asked += 1;
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  };
  answer(answer: unknown): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve(answer);
  }
  fail(error: unknown): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}

describe('the near-cache', () => {
  const broker = new ServiceBroker({ logger: false });
  let middleware: Middleware;
  let remote: Remote;

  /** Calls one of the actions on the other node, through the middleware. */
  const call = (name: string, params: unknown): Promise<unknown> => {
    const next = remote.ask as unknown as ActionHandler;
    const wrapped = middleware.remoteAction?.call(broker, next, { name: `books.${name}` } as never) as ActionHandler;
    return wrapped.call({} as never, { params } as Context);
  };
  /** Calls, and has the other node answer with this. */
  const answered = async (name: string, params: unknown, answer: unknown): Promise<unknown> => {
    const value = call(name, params);
    remote.answer(answer);
    return value;
  };

  beforeAll(() => broker.start());
  afterAll(() => broker.stop());
  beforeEach(async () => {
    const old = broker.getLocalService('$near-cache');
    if (old) await broker.destroyService(old);
    middleware = nearCache([books]);
    remote = new Remote();
    middleware.created?.call(broker, broker);
    await broker.waitForServices('$near-cache', 5000, 5);
  });

  test('asks once for all who ask for the same meanwhile, and afterwards', async () => {
    const stampede = Array.from({ length: 100 }, () => call('get', { id: 'a' }));
    expect(remote.asked).toBe(1);
    remote.answer({ id: 'a' });
    expect(await Promise.all(stampede)).toEqual(Array(100).fill({ id: 'a' }));
    expect(await call('get', { id: 'a' })).toEqual({ id: 'a' });
    expect(remote.asked).toBe(1);
  });

  test('tells apart what is asked for: parameters and actions', async () => {
    await answered('get', { id: 'a' }, { id: 'a' });
    expect(await answered('get', { id: 'b' }, { id: 'b' })).toEqual({ id: 'b' });
    expect(await answered('list', { id: 'a' }, { items: [] })).toEqual({ items: [] });
    expect(remote.asked).toBe(3);
  });

  test('leaves an action alone that does not ask for it', async () => {
    await answered('plain', {}, 1);
    expect(await answered('plain', {}, 2)).toBe(2);
    expect(remote.asked).toBe(2);
  });

  test.each([
    ['books.changed', 'id'],
    ['stock.changed', 'bookId'],
  ])('drops what %s names by its %s, and only that', async (event, field) => {
    // Found by the answer's id: it was asked for by another name.
    await answered('get', { slug: 'first-book' }, { id: 'a', title: 'old' });
    await answered('get', { id: 'b' }, { id: 'b' });
    await answered('list', {}, { items: ['old'] });
    await broker.broadcastLocal(event, { [field]: 'a', other: 'b' });
    expect(await answered('get', { slug: 'first-book' }, { id: 'a', title: 'new' })).toEqual({ id: 'a', title: 'new' });
    expect(remote.asked).toBe(4);
    expect(await call('get', { id: 'b' })).toEqual({ id: 'b' });
    expect(await call('list', {})).toEqual({ items: ['old'] });
    expect(remote.asked).toBe(4);
  });

  test('keeps everything when an event names something else', async () => {
    await answered('get', { id: 'a' }, { id: 'a' });
    await broker.broadcastLocal('books.changed', { id: 'c' });
    await broker.broadcastLocal('authors.changed', { id: 'a' });
    expect(await call('get', { id: 'a' })).toEqual({ id: 'a' });
    expect(remote.asked).toBe(1);
  });

  test('does not keep an answer that an event overtook, nor give it to who asks after the event', async () => {
    const before = call('get', { id: 'a' });
    await broker.broadcastLocal('books.changed', { id: 'a' });
    const after = call('get', { id: 'a' });
    expect(remote.asked).toBe(2);
    remote.answer({ id: 'a' });
    await Promise.all([before, after]);

    const overtaken = call('get', { id: 'b' });
    await broker.broadcastLocal('books.changed', { id: 'b' });
    remote.answer({ id: 'b', title: 'old' });
    expect(await overtaken).toEqual({ id: 'b', title: 'old' });
    expect(await answered('get', { id: 'b' }, { id: 'b', title: 'new' })).toEqual({ id: 'b', title: 'new' });
    expect(remote.asked).toBe(4);
  });

  test.each(['$node.connected', '$node.disconnected', '$transporter.connected', '$transporter.disconnected'])(
    'drops everything at %s, as events may have been missed',
    async (event) => {
      await answered('get', { id: 'a' }, { id: 'a' });
      await answered('list', {}, { items: [] });
      const underWay = call('get', { id: 'b' });
      await broker.broadcastLocal(event, {});
      remote.answer({ id: 'b' });
      await underWay;
      for (const [name, params] of [
        ['get', { id: 'a' }],
        ['list', {}],
        ['get', { id: 'b' }],
      ] as const) {
        await answered(name, params, null);
      }
      expect(remote.asked).toBe(6);
    },
  );

  test('keeps an answer no longer than its time', async () => {
    await answered('brief', {}, 'old');
    for (let asked = remote.asked; remote.asked === asked; await sleep(5)) {
      const again = call('brief', {});
      remote.answer('new');
      expect(await again).toBe(remote.asked === asked ? 'old' : 'new');
    }
    expect(remote.asked).toBe(2);
  });

  test('passes an error on to all who wait for it, and does not keep it', async () => {
    const waiting = [call('get', { id: 'a' }), call('get', { id: 'a' })];
    remote.fail(new Error('away'));
    for (const result of await Promise.allSettled(waiting)) expect(result.status).toBe('rejected');
    expect(remote.asked).toBe(1);
    expect(await answered('get', { id: 'a' }, { id: 'a' })).toEqual({ id: 'a' });
  });

  test('keeps an answer that is nothing, and has no id', async () => {
    await answered('get', { id: 'none' }, null);
    expect(await call('get', { id: 'none' })).toBeNull();
    expect(remote.asked).toBe(1);
  });
});
