import { describe, expect, test } from '@jest/globals';
import type { Infer } from '../../../lib/contract/infer.ts';
import { SchemaWriter } from '../../../lib/contract/json-schema.ts';
import { named } from '../../../lib/contract/named.ts';
import { optional } from '../../../lib/contract/optional.ts';
import { pageOf } from '../../../lib/contract/page.ts';
import { strictRules } from '../../../lib/contract/strict.ts';
import { Validator } from '../../../lib/contract/validator.ts';

const money = named('Money', {
  type: 'object',
  props: { amount: { type: 'number', integer: true }, currency: 'string' },
});
const MONEY = { $ref: '#/components/schemas/Money' };

/** The schema of a rule, with the components that it refers to. */
function written(rule: unknown) {
  const writer = new SchemaWriter();
  return { schema: writer.ofRule(rule), components: writer.components };
}

describe('a named rule', () => {
  test('is a component, and a reference wherever it is used', () => {
    const cart = named('Cart', {
      type: 'object',
      props: {
        total: money,
        deposit: { ...money, optional: true },
        discount: { ...money, nullable: true },
        lines: { type: 'array', items: money },
        byCountry: { type: 'record', key: 'string', value: { ...money, nullable: true } },
        either: { type: 'multi', rules: [money, { type: 'string' }] },
      },
    });
    expect(written({ type: 'array', items: cart })).toEqual({
      schema: { type: 'array', items: { $ref: '#/components/schemas/Cart' } },
      components: {
        Cart: {
          type: 'object',
          properties: {
            total: MONEY,
            deposit: MONEY,
            discount: { anyOf: [MONEY, { type: 'null' }] },
            lines: { type: 'array', items: MONEY },
            byCountry: { type: 'object', additionalProperties: { anyOf: [MONEY, { type: 'null' }] } },
            either: { anyOf: [MONEY, { type: 'string' }] },
          },
          required: ['total', 'discount', 'lines', 'byCountry', 'either'],
          additionalProperties: false,
        },
        Money: {
          type: 'object',
          properties: { amount: { type: 'integer' }, currency: { type: 'string' } },
          required: ['amount', 'currency'],
          additionalProperties: false,
        },
      },
    });
  });

  test('may be written again, also by its copies, and not with another schema', () => {
    const writer = new SchemaWriter();
    writer.ofRule(money);
    writer.ofRule({ ...money, optional: true, nullable: true });
    expect(Object.keys(writer.components)).toEqual(['Money']);
    for (const other of [
      named('Money', { type: 'number' }),
      // A copy with other fields keeps the name by mistake.
      { ...money, props: { ...money.props, tax: 'number' } },
    ]) {
      expect(() => writer.ofRule({ type: 'array', items: other })).toThrow('two different rules have the name Money');
    }
  });

  test('has a name that can be that of a type', () => {
    for (const name of ['', 'money', 'Order.Line', 'Order Line', '__proto__']) {
      expect(() => named(name, { type: 'string' })).toThrow('is not a schema name');
    }
  });

  test('names the page of its items', () => {
    const { schema, components } = written(pageOf(money));
    expect(schema).toEqual({ $ref: '#/components/schemas/MoneyPage' });
    expect(components.MoneyPage).toMatchObject({
      properties: { items: { type: 'array', items: MONEY }, nextCursor: { type: ['string', 'null'] } },
      required: ['items', 'nextCursor'],
    });
    expect(written(pageOf({ type: 'string' })).components).toEqual({});
  });

  test('is checked and typed as the same rule without a name', () => {
    const fields = { price: money, before: optional(money) } as const;
    const check = new Validator({ considerNullAsAValue: true }).compile({ $$strict: true, ...strictRules(fields) });
    const good: Infer<typeof fields> = { price: { amount: 1, currency: 'EUR' } };
    expect(check(structuredClone(good))).toBe(true);
    expect(check({ price: { amount: 1.5, currency: 'EUR' } })).not.toBe(true);
    expect(check({ price: { amount: 1, currency: 'EUR', more: 1 } })).not.toBe(true);
    // @ts-expect-error the amount is a number
    const bad: Infer<typeof fields> = { price: { amount: '1', currency: 'EUR' } };
    expect(check(bad)).not.toBe(true);
  });
});

describe('a rule without a name', () => {
  test.each([
    ['string|optional', { type: 'string' }],
    [{ type: 'string', nullable: true }, { type: ['string', 'null'] }],
    [
      { type: 'string', length: 3 },
      { type: 'string', minLength: 3, maxLength: 3 },
    ],
    [
      { type: 'number', positive: true },
      { type: 'number', exclusiveMinimum: 0 },
    ],
    [
      { type: 'enum', values: ['a', 'b'] },
      { type: 'string', enum: ['a', 'b'] },
    ],
    [{ type: 'enum', values: ['a'], nullable: true }, { anyOf: [{ type: 'string', enum: ['a'] }, { type: 'null' }] }],
    [{ type: 'any', nullable: true }, {}],
    [{ type: 'equal', value: 'ok' }, { const: 'ok' }],
  ])('%j is written where it stands', (rule, schema) => {
    expect(written(rule)).toEqual({ schema, components: {} });
  });

  test('of a type that no contract uses is refused', () => {
    expect(() => written({ type: 'luhn' })).toThrow('a rule of type luhn has no JSON Schema here');
  });
});
