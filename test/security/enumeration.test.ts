import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { derivationsIn } from '../support/argon2.ts';
import { storeOf } from '../support/books.ts';
import { eachEngine } from '../support/engines.ts';
import { Mailbox } from '../support/mailbox.ts';
import { type Answer, request, Shopper, startShop, type TestShop } from '../support/shop.ts';
import { staffAt } from '../support/staff.ts';

/**
 * Who is registered cannot be told by what is answered, nor by how long it takes. The time itself is measured by
 * `npm run bench:enumeration`; here it is what takes the time.
 */
eachEngine('user enumeration', (engine) => {
  let shop: TestShop;
  let mails: Mailbox;
  let ada: Shopper;
  let staff: Shopper;
  let gone: Shopper;

  beforeAll(async () => {
    const config = engine.config({ TRUSTED_PROXIES: '127.0.0.1' });
    mails = new Mailbox(config.dataDir);
    shop = await startShop(config);
    [ada, staff, gone] = [await Shopper.at(shop.url), await staffAt(shop), await Shopper.at(shop.url)];
    // What goes on behind their registration is over.
    for (const { email } of [ada, gone]) await mails.links(email, 'verify-email');
    expect((await gone.ask('DELETE /v1/me', { password: gone.password })).status).toBe(204);
  });
  afterAll(() => shop.stop());

  /** As from another address each time, so that no limit tells anything. */
  let addresses = 0;
  const ask = (route: string, body: object) => {
    addresses += 1;
    return request(shop.url, route, { body, headers: { 'x-forwarded-for': `198.51.100.${addresses}` } });
  };
  const login = (email: string) => ask('POST /v1/auth/login', { email, password: 'wrong password' });
  const forgot = (email: string) => ask('POST /v1/auth/password/forgot', { email });
  const resend = (email: string) => ask('POST /v1/auth/email/resend', { email });

  const shape = ({ status, body, headers }: Answer) => ({
    status,
    body: { ...body, instance: '' },
    headers: [...headers].filter(([name]) => !['date', 'x-request-id', 'ratelimit'].includes(name)),
  });
  /** An address of each kind: of nobody, of a customer, of staff, of who is gone, and one that is none. */
  const everyone = () => ['nobody@example.com', ada.email, staff.email, gone.email, 'no address'];

  /** The actions that are called meanwhile, but for what goes on by itself, as erasing does who is gone. */
  async function callsIn(act: () => Promise<unknown>): Promise<string[]> {
    const { broker } = shop;
    const [called, call] = [[] as string[], broker.call];
    broker.call = ((...args: Parameters<typeof call>) => {
      called.push(args[0]);
      return call.apply(broker, args);
    }) as typeof call;
    try {
      await act();
    } finally {
      broker.call = call;
    }
    return called.filter((name) => /^(attempt|cart|mail)\.(?!erase$)/.test(name));
  }

  test('a login costs one hash of the same cost, and the same calls, whoever has the address', async () => {
    for (const email of everyone()) {
      let calls: string[] = [];
      const derivations = await derivationsIn(async () => {
        calls = await callsIn(() => login(email));
      });
      expect({ email, derivations, calls }).toEqual({ email, derivations: 1, calls: ['attempt.begin'] });
    }
    // As that of nobody is made, test/unit/customer/password.test.ts.
    expect((await storeOf(shop, 'customer').get(ada.id))?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  test.each([
    ['logging in', login],
    ['a forgotten password', forgot],
    ['a link that is asked for again', resend],
  ])('%s has the same answer for whoever has the address', async (_name, act) => {
    const [first, ...others] = await Promise.all(everyone().map(act));
    for (const other of others) expect(shape(other)).toEqual(shape(first as Answer));
  });

  test.each([
    ['a forgotten password', forgot, 'reset-password'],
    ['a link that is asked for again', resend, 'verify-email'],
  ])('%s is answered before anything is looked up', async (_name, act, kind) => {
    const store = storeOf(shop, 'customer');
    const before = (await mails.to(ada.email, kind)).length;
    const { findOne } = store;
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    // By their address; what goes on behind earlier answers knows its account.
    const lookedUp: unknown[] = [];
    // The database takes as long as it likes: until the answers are there.
    store.findOne = async (filter) => {
      if ('email' in filter) lookedUp.push(filter.email);
      await held;
      return findOne.call(store, filter);
    };
    try {
      for (const email of [ada.email, 'nobody@example.com']) expect((await act(email)).status).toBe(204);
      expect(lookedUp).toEqual([ada.email, 'nobody@example.com']);
    } finally {
      store.findOne = findOne;
      letGo();
    }
    // And then it is done, for whom there is something to do.
    expect((await mails.links(ada.email, kind, before + 1)).length).toBeGreaterThan(before);
  });
});
