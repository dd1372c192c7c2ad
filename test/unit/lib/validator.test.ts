import { describe, expect, test } from '@jest/globals';
import { ServiceBroker } from 'moleculer';
import { strictRules } from '../../../lib/contract/strict.ts';
import { paramsValidator, Validator } from '../../../lib/contract/validator.ts';

/** Values that throw when they are made a text. */
const NO_TEXTS: [string, unknown][] = [
  ['an object whose toString is no function', { toString: 1 }],
  ['one whose valueOf is none either', { toString: 1, valueOf: 1 }],
  ['one in a list', [{ toString: 1 }]],
  ['one in lists in a list', [[[{ toString: 'x' }]]]],
  ['an object without a prototype', Object.create(null)],
  ['one in a list', [Object.create(null)]],
];
const RULES = {
  email: { email: { type: 'email' } },
  string: { string: { type: 'string', pattern: /^a$/ } },
  number: { number: { type: 'number' } },
  boolean: { boolean: { type: 'boolean' } },
  enum: { enum: { type: 'enum', values: ['a'] } },
  equal: { equal: { type: 'equal', value: 'a' } },
  array: { array: { type: 'array', items: 'string', unique: true, enum: ['a'] } },
  object: { object: { type: 'object', props: { a: 'string' } } },
  record: { record: { type: 'record', key: 'string', value: 'string' } },
  multi: { multi: [{ type: 'string' }, { type: 'number' }] },
} as const;

describe.each(NO_TEXTS)('%s', (_name, value) => {
  test.each(Object.entries(RULES))('is refused by the rule %s, which does not throw', (field, rule) => {
    const check = new Validator({ considerNullAsAValue: true }).compile({ $$strict: true, ...strictRules(rule) });
    const found = check({ [field]: value });
    // An empty record has nothing that is wrong.
    if (field === 'record' && Object.keys(value as object).length === 0) return expect(found).toBe(true);
    expect(found).toContainEqual(expect.objectContaining({ message: expect.any(String) }));
  });

  test('is refused as a parameter, which does not throw', async () => {
    const broker = new ServiceBroker({ logger: false, validator: paramsValidator() });
    broker.createService({ name: 'things', actions: { take: { params: { name: 'string' }, handler: () => 'taken' } } });
    await broker.start();
    try {
      const refusal = await broker.call('things.take', { name: value }).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ type: 'VALIDATION_ERROR', data: [{ field: 'name', type: 'string' }] });
    } finally {
      await broker.stop();
    }
  });
});

test('messages still name what was refused', () => {
  const check = new Validator().compile({ age: { type: 'number', messages: { number: '{actual} is no age' } } });
  expect(check({ age: 'old' })).toMatchObject([{ message: 'old is no age', actual: 'old' }]);
  expect(check({ age: {} })).toMatchObject([{ message: 'object is no age', actual: 'object' }]);
});
