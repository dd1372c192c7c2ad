import { expect, test } from '@jest/globals';
import type { ActionsOf, Params, ParamsOf, Result, ResultOf, Rpc } from '../../../lib/contract/contract.ts';
import { contract } from '../../../lib/contract/contract.ts';
import type { Infer, InferRule } from '../../../lib/contract/infer.ts';
import { Validator } from '../../../lib/contract/validator.ts';
import type {} from '../../../services/contracts.ts';
import type { inventory } from '../../../services/product/inventory/inventory.contract.ts';

/*
 * Most of what this file says is checked by `npm run types`: a type that comes out differently does not compile. At run
 * time fastest-validator takes the values whose types were inferred, so that the two agree.
 */

/** `true` exactly when both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_same: Same<A, B>) => undefined;

const schema = {
  $$strict: true,
  text: 'string',
  note: 'string|optional',
  count: { type: 'number', integer: true },
  maybe: { type: 'boolean', optional: true },
  none: { type: 'string', nullable: true },
  kind: { type: 'enum', values: ['a', 'b'] },
  exact: { type: 'equal', value: 'ok' },
  tags: { type: 'array', items: 'string' },
  lines: { type: 'array', items: { type: 'object', props: { sku: 'string', quantity: { type: 'number' } } } },
  labels: { type: 'record', key: 'string', value: 'number' },
  either: { type: 'multi', rules: [{ type: 'string' }, { type: 'number' }] },
  anything: { type: 'any', optional: true },
} as const;

interface Expected {
  text: string;
  note?: string | undefined;
  count: number;
  maybe?: boolean | undefined;
  none: string | null;
  kind: 'a' | 'b';
  exact: 'ok';
  tags: string[];
  lines: { sku: string; quantity: number }[];
  labels: Record<string, number>;
  either: string | number;
  anything?: unknown;
}

const value: Infer<typeof schema> = {
  text: 't',
  count: 1,
  none: null,
  kind: 'a',
  exact: 'ok',
  tags: ['x'],
  lines: [{ sku: 'A', quantity: 1 }],
  labels: { a: 1 },
  either: 2,
};

test('the type of a schema is what its rules take', () => {
  const wide: Expected = value;
  const back: Infer<typeof schema> = wide;
  same<Infer<typeof schema>['kind'], 'a' | 'b'>(true);
  same<Infer<typeof schema>['lines'], { sku: string; quantity: number }[]>(true);
  same<Infer<typeof schema>['none'], string | null>(true);
  same<keyof Infer<typeof schema>, keyof Expected>(true);
  expect(new Validator().compile(structuredClone(schema) as never)(structuredClone(back))).toBe(true);
});

test('a value of another type does not compile, and is refused', () => {
  const check = new Validator().compile(structuredClone(schema) as never);
  // @ts-expect-error a required field is missing
  const missing: Infer<typeof schema> = { ...value, text: undefined };
  // @ts-expect-error not one of the values
  const other: Infer<typeof schema> = { ...value, kind: 'c' };
  // @ts-expect-error a number for a text, deep inside
  const deep: Infer<typeof schema> = { ...value, lines: [{ sku: 1, quantity: 1 }] };
  // @ts-expect-error null where no rule allows it
  const nothing: Infer<typeof schema> = { ...value, text: null };
  // @ts-expect-error a field that no rule names
  const more: Infer<typeof schema> = { ...value, more: 1 };
  for (const wrong of [missing, other, deep, nothing, more]) expect(check(structuredClone(wrong))).not.toBe(true);
});

test('an unknown rule has an unknown type, which cannot be used', () => {
  same<InferRule<{ type: 'no-such-rule' }>, unknown>(true);
  same<InferRule<'no-such-rule'>, unknown>(true);
  const text: InferRule<{ type: 'no-such-rule' }> = 'text';
  // @ts-expect-error unknown has no length
  expect(text.length).toBe(4);
});

test('an action without a result, and without parameters, has none by its type either', () => {
  const one = contract(
    'one',
    { go: { summary: 'Go', visibility: 'public', auth: 'internal', idempotent: true, params: {} } },
    {},
  );
  same<ResultOf<typeof one.actions.go>, undefined>(true);
  same<keyof ActionsOf<typeof one>, 'one.go'>(true);
  same<keyof ParamsOf<typeof one.actions.go>, never>(true);
  expect(Object.keys(one.actions.go)).not.toContain('returns');
});

test('a call has the parameters and the result of its contract, and no other', async () => {
  same<Params<'inventory.reserve'>, ParamsOf<typeof inventory.actions.reserve>>(true);
  same<Params<'inventory.reserve'>, { sku: string; orderId: string; quantity: number }>(true);
  same<Result<'inventory.reserve'>['outcome'], 'reserved' | 'short' | 'closed'>(true);
  const asked: unknown[] = [];
  const call = async (...args: unknown[]) => void asked.push(args);
  const rpc = { call } as unknown as Rpc;
  await rpc.call('inventory.commit', { sku: 'A', orderId: 'ord_1' });
  await rpc.call('customer.ready');
  // @ts-expect-error a misspelt action
  await rpc.call('inventory.comit', { sku: 'A', orderId: 'ord_1' });
  // @ts-expect-error a misspelt parameter
  await rpc.call('inventory.commit', { sku: 'A', order: 'ord_1' });
  // @ts-expect-error a parameter is missing
  await rpc.call('inventory.commit');
  // @ts-expect-error a parameter of another type
  await rpc.call('inventory.reserve', { sku: 'A', orderId: 'ord_1', quantity: '1' });
  expect(asked).toHaveLength(6);
});
