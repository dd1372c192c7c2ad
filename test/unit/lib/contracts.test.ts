import { describe, expect, test } from '@jest/globals';
import { type ActionContract, contract } from '../../../lib/contract/contract.ts';
import { fullRule } from '../../../lib/contract/json-schema.ts';
import { strictRules } from '../../../lib/contract/strict.ts';
import { Validator } from '../../../lib/contract/validator.ts';
import { contracts } from '../../../services/contracts.ts';
import { isProblem, PROBLEMS } from '../../../services/shared/problem-codes.ts';
import { errors } from '../../../services/shared/problems.ts';

const actions: [string, ActionContract][] = contracts.flatMap(({ name, actions }) =>
  Object.entries(actions).map(([key, action]): [string, ActionContract] => [`${name}.${key}`, action]),
);
const validator = new Validator({ considerNullAsAValue: true });

describe('the contracts', () => {
  test('name each action and event once', () => {
    const names = [...actions.map(([name]) => name), ...contracts.flatMap(eventsOf)];
    expect(new Set(names).size).toBe(names.length);
    expect(actions.length).toBeGreaterThan(30);
  });
  const eventsOf = ({ name, events }: (typeof contracts)[number]) => Object.keys(events).map((key) => `${name}!${key}`);

  test('say of each event what it means and what it carries', () => {
    for (const { events } of contracts) {
      for (const { summary, params } of Object.values(events)) {
        expect(summary).not.toBe('');
        expect(Object.keys(params).length).toBeGreaterThan(0);
      }
    }
  });

  describe.each(actions)('%s', (_name, action) => {
    test('says what it does, who may call it and whether it may be repeated', () => {
      expect(action.summary).toMatch(/^[A-Z].*[^.]$/);
      expect(action.summary.length).toBeLessThanOrEqual(120);
      // A verb first, and the field's own terms.
      expect(action.summary).not.toMatch(/^(A|An|All|How|My|One|The|What|Where|Whether|Which|Who|Whose)\b/);
      expect(action.summary).not.toMatch(/\b(whoever|whatever|somebody|nobody)\b/i);
      expect(['published', 'public']).toContain(action.visibility);
      expect(['public', 'customer', 'staff', 'internal']).toContain(action.auth);
      expect(typeof action.idempotent).toBe('boolean');
      expect(action.scope !== undefined).toBe(action.auth === 'staff');
    });

    test('is published exactly when it has a route, and then not for services only', () => {
      expect(action.visibility === 'published').toBe(action.rest !== undefined);
      if (action.rest) expect(action.auth).not.toBe('internal');
    });

    test('repeats no more than its method promises', () => {
      const method = action.rest?.split(' ')[0];
      if (method === 'GET') expect(action.idempotent).toBe(true);
      if (action.status === 201) expect(action.location).toMatch(/^\/v1\//);
      if (action.status === 204) expect(action.returns).toBeUndefined();
      else if (action.rest) expect(action.returns).toBeDefined();
    });

    test('is kept near its callers only when everyone may see it, and by an id that it has', () => {
      if (!action.nearCache) return;
      expect(action.auth).toBe('public');
      expect(action.idempotent).toBe(true);
      expect(action.rest).toMatch(/^GET /);
      // The key is the address, and the answer is JSON.
      for (const field of ['personal', 'cartToken', 'headers', 'status', 'produces', 'mayAnswer']) {
        expect(action).not.toHaveProperty(field);
      }
      const events = new Map(
        contracts.flatMap(({ name, events }) => Object.entries(events).map(([key, e]) => [`${name}.${key}`, e.params])),
      );
      for (const [event, path] of Object.entries(action.nearCache.dropOn)) {
        expect([...events.keys()]).toContain(event);
        if (path === '*') continue;
        const [field = '', inEach] = path.split('.');
        expect(events.get(event)).toHaveProperty(field);
        if (inEach) expect(events.get(event)?.[field]).toHaveProperty(['items', 'props', inEach]);
      }
      const { props } = action.returns as { props: object };
      const paths = Object.values(action.nearCache.dropOn);
      // What is dropped whole has no id that would set its answers apart; what is dropped one by one needs it.
      if (paths.length > 0) expect(Object.hasOwn(props, 'id')).toBe(!paths.includes('*'));
    });

    test('takes the token of a cart, or depends on who asks, only where anyone may ask', () => {
      if (action.cartToken || action.personal)
        expect([action.rest !== undefined, action.auth]).toEqual([true, 'public']);
    });

    test('lets guests in where customers act, with the token of an order only where it acts on one', () => {
      if (!action.guest) return;
      expect([action.auth, action.cartToken, action.personal, action.nearCache]).toEqual([
        'customer',
        ...[undefined, undefined, undefined],
      ]);
      if (action.guest === 'order') expect(action.params).toHaveProperty('id');
    });

    test('names only problems that there are', () => {
      for (const code of action.problems ?? []) expect(Object.keys(PROBLEMS)).toContain(code);
    });

    test('takes each parameter from one place', () => {
      const inPath = [...(action.rest ?? '').matchAll(/:(\w+)/g)].map(([, name]) => name as string);
      const inHeaders = Object.keys(action.headers ?? {});
      for (const name of [...inPath, ...inHeaders]) expect(action.params).toHaveProperty(name);
      expect(inPath.filter((name) => inHeaders.includes(name))).toEqual([]);
      if (action.shardKey?.startsWith('#')) expect(action.auth).not.toBe('internal');
      else if (action.shardKey !== undefined) expect(action.params).toHaveProperty(action.shardKey);
    });

    test('has rules that compile, and that refuse what they do not name', () => {
      const check = validator.compile({ $$strict: true, ...strictRules(action.params) });
      const found = check({ someFieldThatNoContractHas: 1 });
      expect(Array.isArray(found) && found.some(({ type }) => type === 'objectStrict')).toBe(true);
      if (action.returns) validator.compile({ result: action.returns as never });
    });

    test('does not take null for what may be left out, unless null means something', () => {
      const optional = Object.entries(action.params).filter(
        ([, rule]) => Object.hasOwn(Object(rule), 'optional') && !Object.hasOwn(Object(rule), 'nullable'),
      );
      for (const [field, rule] of optional) {
        const check = validator.compile(strictRules({ [field]: rule }));
        expect(check({})).toBe(true);
        expect(check({ [field]: null })).not.toBe(true);
      }
    });
  });
});

describe('strict rules', () => {
  const check = validator.compile({
    $$strict: true,
    ...strictRules({
      who: { type: 'object', props: { name: 'string', nick: { type: 'string', nullable: true } } },
      list: { type: 'array', items: { type: 'object', props: { sku: 'string' } } },
      either: { type: 'multi', rules: [{ type: 'number' }, { type: 'object', props: { n: 'number' } }] },
      labels: { type: 'record', key: 'string', value: { type: 'object', props: { n: 'number' } } },
    }),
  });
  const good = { who: { name: 'Ada', nick: null }, list: [{ sku: 'A' }], either: 1, labels: { a: { n: 1 } } };

  test.each([
    ['an object', { who: { name: 'Ada', nick: null, admin: true } }],
    ['an item of a list', { list: [{ sku: 'A', price: 0 }] }],
    ['one of several rules', { either: { n: 1, m: 2 } }],
    ['a value of a record', { labels: { a: { n: 1, m: 2 } } }],
  ])('refuse an unknown field in %s', (_name, change) => {
    expect(check(structuredClone(good))).toBe(true);
    expect(check(structuredClone({ ...good, ...change }))).not.toBe(true);
  });

  test.each([
    ['a field', { who: null }],
    ['a field inside', { who: { name: null, nick: null } }],
    ['an item', { list: [null] }],
    ['one of several rules', { either: null }],
    ['a value of a record', { labels: { a: null } }],
  ])('refuse null for %s, where no rule allows it', (_name, change) => {
    expect(check(structuredClone({ ...good, ...change }))).not.toBe(true);
  });
});

describe('the problems', () => {
  test('have a client status and a title of their own, and say when to come back', () => {
    for (const [code, problem] of Object.entries(PROBLEMS)) {
      expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(problem.title).toMatch(/^[A-Z].*[^.]$/);
      expect(problem.status).toBeGreaterThanOrEqual(400);
      if (problem.status === 503) expect(problem).toHaveProperty('retryAfter');
    }
    expect(new Set(Object.values(PROBLEMS).map(({ title }) => title)).size).toBe(Object.keys(PROBLEMS).length);
  });

  test('are told apart by their type, also when they come from another node', () => {
    const error = errors.outOfStock([{ sku: 'A', requested: 2, available: 1 }]);
    const arrived = Object.assign(new Error(error.message), { type: error.type, code: error.code, data: error.data });
    for (const one of [error, arrived]) {
      expect(isProblem(one, 'out-of-stock')).toBe(true);
      expect(isProblem(one, 'not-found')).toBe(false);
    }
    expect(isProblem({ type: 'out-of-stock' }, 'out-of-stock')).toBe(false);
    expect(isProblem(undefined, 'out-of-stock')).toBe(false);
  });
});

test('a contract keeps the literal types of what it declares', () => {
  const { name, actions } = contract('one', { two: { ...(actionsSample as ActionContract) } }, {});
  const literal: 'one' = name;
  expect([literal, Object.keys(actions)]).toEqual(['one', ['two']]);
  // @ts-expect-error there is no such action
  expect(actions.three).toBeUndefined();
});
const actionsSample = { summary: 'x', visibility: 'public', auth: 'internal', idempotent: true, params: {} };

/** Texts that customers send and nobody reads: keys, names of things, secrets, and addresses that are looked up. */
const UNREAD =
  /^(id|\w*Id|ids\[\]|sku|items\[\]\.sku|\w*[pP]assword|\w*[tT]oken|email|idempotencyKey|shippingMethod|paymentMethod|couponCodes\[\]|expectedTotal\.currency|provider|payload|\w+Signature)$/;

/** Where a schema has a text that is taken as it comes. */
function uncheckedTexts(given: unknown, path: string): string[] {
  const rule = fullRule(given) as Record<string, unknown> & { type: string };
  const inner = [
    ...Object.entries(Object(rule.props)).map(([name, prop]) => [prop, `${path}.${name}`] as const),
    ...(rule.items ? [[rule.items, `${path}[]`] as const] : []),
    ...((rule.rules as unknown[] | undefined) ?? []).map((one) => [one, path] as const),
  ];
  const own = rule.type === 'string' && !rule.pattern && !rule.custom ? [path] : [];
  return [...own, ...inner.flatMap(([one, at]) => uncheckedTexts(one, at))];
}

test('every text that a person writes for others has a check of its lines and characters', () => {
  const written = actions.filter(([, { rest = 'GET', auth }]) => auth !== 'staff' && !rest.startsWith('GET'));
  expect(written.length).toBeGreaterThan(20);
  const unchecked = written.flatMap(([name, { params }]) =>
    Object.entries(params).flatMap(([field, rule]) => uncheckedTexts(rule, field).map((at) => `${name} ${at}`)),
  );
  expect(unchecked.filter((one) => !UNREAD.test(one.split(' ')[1] ?? ''))).toEqual([]);
});
