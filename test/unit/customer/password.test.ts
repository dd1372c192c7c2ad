import { describe, expect, test } from '@jest/globals';
import { hashPassword, verifyPassword } from '../../../services/customer/auth/password.ts';

const password = 'Zürich naïve 北京 👟';
const hash = await hashPassword(password);

describe('a password', () => {
  test('is stored as the PHC string of its Argon2id hash, with its cost', () => {
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  });

  test('is distinguished from any other', async () => {
    expect(await verifyPassword(password, hash)).toBe(true);
    const others = ['', ' ', `${password} `, password.toLowerCase(), password.slice(1), hash];
    for (const other of others) expect(await verifyPassword(other, hash)).toBe(false);
  });

  test('is the same one however its accents were typed', async () => {
    const decomposed = password.normalize('NFD');
    expect(decomposed).not.toBe(password);
    expect(await verifyPassword(decomposed, hash)).toBe(true);
    expect(await verifyPassword(password, await hashPassword(decomposed))).toBe(true);
  });

  test('has another hash each time', async () => {
    const again = await hashPassword(password);
    expect(again.split('$')[4]).not.toBe(hash.split('$')[4]);
    expect(again.split('$')[5]).not.toBe(hash.split('$')[5]);
  });

  test('is verified at the cost it was hashed with, which may be raised later', async () => {
    // A vector of the reference implementation, github.com/P-H-C/phc-winner-argon2, src/test.c.
    const known = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4';
    expect(await verifyPassword('password', known)).toBe(true);
    expect(await verifyPassword('Password', known)).toBe(false);
  });

  test('is never right for an unknown account', async () => {
    expect(await verifyPassword(password, undefined)).toBe(false);
    expect(await verifyPassword('')).toBe(false);
  });

  test('takes as long for an unknown account as for a known one', async () => {
    // Without a derivation it would take a thousandth; the best of three is no slower than the machine.
    const time = async (run: () => Promise<unknown>) => {
      const start = performance.now();
      await run();
      return performance.now() - start;
    };
    const best = async (run: () => Promise<unknown>) => Math.min(await time(run), await time(run), await time(run));
    const there = await best(() => verifyPassword('wrong', hash));
    const away = await best(() => verifyPassword('wrong', undefined));
    expect(away).toBeGreaterThan(there / 20);
  });
});
