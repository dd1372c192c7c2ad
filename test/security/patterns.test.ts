import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Schema } from '../../lib/contract/contract.ts';
import { fullRule } from '../../lib/contract/json-schema.ts';
import { type Route, routesOf } from '../../services/api/http/routes.ts';
import { contracts } from '../../services/contracts.ts';
import { validObject } from '../support/arbitraries.ts';
import { appoint, type ShopProcess, startProcess } from '../support/process.ts';
import { type Answer, request, Shopper } from '../support/shop.ts';

/**
 * No text from outside makes the shop think for long. It runs in a process of its own: one that hangs is noticed. What
 * blows up does so by magnitudes, within the lengths that are allowed here it would take years.
 */
const PATIENCE = 20_000;
/** Twice as long a text may take so many times as long, and no more; with time that no machine is too slow for. */
const GROWTH = 16;
const LONGEST_SEARCH = 200;
/** Of any field; a body ends at 100 KiB. */
const LONGEST_TEXT = 20_000;
const SEED = 7;

const dataDir = mkdtempSync(join(tmpdir(), 'shop-patterns-'));
let shop: ShopProcess;
let ada: Shopper;
let admin: Shopper;
beforeAll(async () => {
  const env = { DATA_DIR: dataDir, SEED: 'true' };
  const email = 'admin@staff.example.com';
  const password = await appoint(env, email, 'admin');
  shop = await startProcess(env);
  ada = await Shopper.at(shop.url);
  const { body } = await request(shop.url, 'POST /v1/auth/login', { body: { email, password } });
  admin = Object.assign(new Shopper(shop.url, email), { token: body.accessToken });
});
afterAll(async () => {
  try {
    expect((await within(request(shop.url, 'GET /readyz'))).status).toBe(200);
  } finally {
    await shop.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
});

/** Of a search; what has more is refused. */
const MOST_WORDS = 10;
const hasTooMany = (q: string) => q.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '').length > MOST_WORDS;

/** What makes patterns try again and again, filled up to a length. */
const hostile = (length: number): string[] =>
  [
    (n: number) => `${'a'.repeat(n - 1)}!`,
    (n: number) => `${'1'.repeat(n - 1)}x`,
    (n: number) => `${' '.repeat(n - 1)}.`,
    (n: number) => '('.repeat(n),
    (n: number) => '(a+)+$'.repeat(n).slice(0, n),
    (n: number) => '.*'.repeat(n).slice(0, n),
    (n: number) => '[a-z'.repeat(n).slice(0, n),
    (n: number) => 'a@a.'.repeat(n).slice(0, n),
    (n: number) => `${'a.'.repeat(n).slice(0, n - 2)}@!`,
    (n: number) => `a@${'a-'.repeat(n).slice(0, n - 3)}!`,
    (n: number) => 'sweater '.repeat(n).slice(0, n),
    (n: number) => 'aaaaa bbbbb '.repeat(n).slice(0, n),
    // As many words as a search may have, each as long as can be.
    (n: number) => Array.from({ length: MOST_WORDS }, () => 'a'.repeat(n / MOST_WORDS - 1)).join(' '),
    (n: number) => '\u0301'.repeat(n),
    (n: number) => '\u{1f469}\u200d'.repeat(n).slice(0, n),
  ].map((make) => make(length).slice(0, length).toWellFormed());

let hangs = false;
/** The answer, if there is one; a shop that hangs is not asked to the end of the patience again and again. */
const within = async (answer: Promise<Answer>): Promise<Answer> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => {
        hangs = true;
        reject(new Error(`no answer within ${PATIENCE} ms`));
      },
      hangs ? 0 : PATIENCE,
    );
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
};
const search = (q: string) => within(request(shop.url, `GET /v1/products?q=${encodeURIComponent(q)}`));

describe('a search', () => {
  test('is answered, whatever is searched for, or refused for too many words', async () => {
    for (const q of hostile(LONGEST_SEARCH)) {
      const { status, body } = await search(q);
      if (hasTooMany(q.normalize('NFKD').replaceAll(/\p{M}/gu, ''))) {
        expect([q, status, body.errors?.[0]?.pointer]).toEqual([q, 400, '/q']);
      } else {
        expect([q, status]).toEqual([q, 200]);
        expect(Array.isArray(body.items)).toBe(true);
      }
    }
  });

  test('for more than 200 characters is refused, whatever they are', async () => {
    for (const q of hostile(LONGEST_SEARCH + 1).filter((text) => text.trim().length > LONGEST_SEARCH)) {
      const { status, body } = await search(q);
      expect([q, status, body.errors?.[0]?.pointer]).toEqual([q, 400, '/q']);
    }
  });

  test('that is twice as long takes longer by a small factor alone', async () => {
    const [half, full] = [hostile(LONGEST_SEARCH / 2), hostile(LONGEST_SEARCH)];
    /** In turn, and the best of each: what else the machine does is in neither. */
    const best = { half: half.map(() => Infinity), full: full.map(() => Infinity) };
    for (let round = 0; round < 5; round++) {
      for (const [n] of half.entries()) {
        for (const [name, texts] of Object.entries({ half, full }) as ['half' | 'full', string[]][]) {
          const begun = performance.now();
          await search(texts[n] ?? '');
          best[name][n] = Math.min(best[name][n] ?? Infinity, performance.now() - begun);
        }
      }
    }
    const floor = 20;
    for (const [n, q] of full.entries()) {
      expect([q, (best.full[n] ?? 0) < GROWTH * ((best.half[n] ?? 0) + floor)]).toEqual([q, true]);
    }
  });
});

interface Text {
  route: Route;
  field: string;
  max: number;
}

/** Characters that a rule takes at most; Infinity when it says nothing of it. */
function longest(rule: Record<string, unknown>): number {
  if (typeof rule.max === 'number') return rule.max;
  if (typeof rule.length === 'number') return rule.length;
  const { pattern } = rule;
  // A pattern from end to end whose every part is counted.
  if (pattern instanceof RegExp && /^\^.*\$$/.test(pattern.source) && !/[^\\][*+]|\{\d+,\}/.test(pattern.source)) {
    return Math.max(...[...pattern.source.matchAll(/\{(?:\d+,)?(\d+)\}/g)].map(([, most]) => Number(most)), 64);
  }
  return Number.POSITIVE_INFINITY;
}

const routes = routesOf(contracts).filter(({ action }) => action !== 'tracking.follow');
/** Every text that a client sends, at any depth; a header ends at 16 KiB by itself, and a raw body at 100 KiB. */
const texts: Text[] = routes.flatMap((route) => {
  const { params, headers = {}, rawBody } = route.contract;
  const walk = (field: string, given: unknown): Text[] => {
    const rule = fullRule(given) as Record<string, unknown>;
    if (rule.type === 'string' || rule.type === 'email') return [{ route, field, max: longest(rule) }];
    if (rule.type === 'array') return walk(`${field}[]`, rule.items);
    if (rule.type === 'object') {
      return Object.entries((rule.props ?? {}) as object).flatMap(([name, inner]) => walk(`${field}.${name}`, inner));
    }
    return rule.type === 'multi' ? (rule.rules as unknown[]).flatMap((inner) => walk(field, inner)) : [];
  };
  return Object.entries(params).flatMap(([name, rule]) =>
    name in headers || name === rawBody ? [] : walk(name, rule),
  );
});

describe('every text that a client sends', () => {
  test('has an end, by its contract', () => {
    expect(texts.length).toBeGreaterThan(80);
    const endless = texts
      .filter(({ max }) => !(max <= LONGEST_TEXT))
      .map(({ route, field }) => `${route.action} ${field}`);
    expect(endless).toEqual([]);
  });

  const plain = texts.filter(({ field }) => /^\w+$/.test(field));
  test.each(plain.map((text) => [text.route.action, text.field, text] as const))(
    '%s takes no long thought about %s',
    async (_action, field, { route, max }) => {
      const { method, path, pathParams, contract } = route;
      const { params, headers = {}, takesBody } = contract;
      // All else is as it should be, so that what is looked at last is reached.
      const [sound = {}] = fc.sample(validObject(params as Schema), { seed: SEED, numRuns: 1 });
      const inQuery = method === 'GET' || (method === 'DELETE' && !takesBody);
      const answers = await Promise.all(
        hostile(Math.min(max, 1000)).map((value) => {
          const given: Record<string, unknown> = { ...sound, [field]: value };
          const target = path.replaceAll(/:(\w+)/g, (_, name) => encodeURIComponent(name === field ? value : 'none'));
          const rest = Object.entries(given).filter(([name]) => !pathParams.includes(name) && !(name in headers));
          const query = rest
            .map(
              ([name, one]) => `${name}=${encodeURIComponent(`${typeof one === 'object' ? '' : one}`.toWellFormed())}`,
            )
            .join('&');
          const route = `${method} ${target.replaceAll('.', '%2E')}${inQuery && query ? `?${query}` : ''}`;
          const own = 'idempotencyKey' in params ? { 'idempotency-key': 'hostile' } : {};
          return within(
            (contract.auth === 'staff' ? admin : ada).ask(route, inQuery ? undefined : Object.fromEntries(rest), own),
          );
        }),
      );
      for (const { status } of answers) expect(status).toBeLessThan(500);
    },
  );
});
