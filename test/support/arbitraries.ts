import fc from 'fast-check';
import type { Schema } from '../../lib/contract/contract.ts';
import { fullRule } from '../../lib/contract/json-schema.ts';
import { anyText } from './any-text.ts';

/** What an attacker, or a broken client, sends where something else is meant. */
const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    ' ',
    '\0',
    '\r\nSet-Cookie: x=1',
    '../../etc/passwd',
    '%00',
    "'; DROP TABLE orders; --",
    '<script>alert(1)</script>',
    '__proto__',
    'constructor',
    '$where',
    `${'a'.repeat(30)}!`,
    '('.repeat(50),
    '\u{1F600}'.repeat(20),
    '\u202e\u0000\ufeff',
    '\ud800',
    -1,
    0,
    1e308,
    Number.MAX_SAFE_INTEGER,
    0.1,
    true,
    false,
    [],
    {},
    [[[[[]]]]],
    { $ne: null },
    { $gt: '' },
    { $where: 'sleep(1000)' },
    { toString: 'x' },
    { toString: 1, valueOf: 1 },
    { valueOf: null },
    [{ toString: 1 }],
    [[{ valueOf: {}, toString: [] }]],
    { a: { b: [{ toString: null }] } },
    { hasOwnProperty: 1, isPrototypeOf: 'x' },
    { toLocaleString: true, toJSON: 1 },
    { constructor: { name: 1 } },
    { length: 1e9 },
  ),
  anyText({ maxLength: 300 }),
  fc.constant('x'.repeat(20_000)),
  fc.jsonValue({ maxDepth: 4 }),
);

/** fast-check makes no texts to what only looks ahead: they are right but for that. */
const withoutLookahead = ({ source, flags }: RegExp) => new RegExp(source.replaceAll(/\(\?[=!][^()]*\)/g, ''), flags);

/** Values that a rule takes, or nearly: a pattern is met only where it says nothing of the text. */
function valid(given: unknown): fc.Arbitrary<unknown> {
  const rule = fullRule(given);
  const { min, max } = rule as { min?: number; max?: number };
  switch (rule.type) {
    case 'string':
      if (rule.format === 'email') return fc.emailAddress();
      return rule.pattern instanceof RegExp
        ? fc.stringMatching(withoutLookahead(rule.pattern))
        : fc.string({ minLength: min ?? 0, maxLength: Math.min(max ?? 40, 60), unit: 'grapheme' });
    case 'email':
      return fc.emailAddress();
    case 'number':
      return fc.integer({ min: min ?? 0, max: max ?? 1_000_000 });
    case 'boolean':
      return fc.boolean();
    case 'enum':
      return fc.constantFrom(...(rule.values as unknown[]));
    case 'equal':
      return fc.constant(rule.value);
    case 'array':
      return fc.array(valid(rule.items), { minLength: min ?? 0, maxLength: Math.min(max ?? 5, 5) });
    case 'object':
      return validObject(rule.props as Schema);
    case 'record':
      return fc.dictionary(fc.string(), valid(rule.value));
    case 'multi':
      return fc.oneof(...(rule.rules as unknown[]).map(valid));
    default:
      return fc.anything();
  }
}

/** Objects with the fields of a schema, those that may be missing missing at times. */
export const validObject = (fields: Schema): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(Object.fromEntries(Object.entries(fields).map(([name, rule]) => [name, valid(rule)])), {
    requiredKeys: Object.entries(fields).flatMap(([name, rule]) => (fullRule(rule).optional ? [] : [name])),
  });

const ODD_NAMES = ['role', 'price', '__proto__', 'constructor', 'toString', 'valueOf', 'hasOwnProperty', '$set', 'a.b'];

/** What `validObject` makes, with something wrong in it. */
export const spoiled = (fields: Schema): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc
      .tuple(validObject(fields), fc.constantFrom(...ODD_NAMES, ...Object.keys(fields)), hostile)
      .map(([good, name, value]) =>
        JSON.parse(
          `{${[...Object.entries(good).filter(([key]) => key !== name), [name, value]].map(([key, part]) => `${JSON.stringify(key)}:${JSON.stringify(part) ?? 'null'}`).join(',')}}`,
        ),
      ),
    hostile,
  );
