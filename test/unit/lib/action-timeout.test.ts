import { expect, test } from '@jest/globals';
import { actionTimeout } from '../../../lib/contract/action-timeout.ts';
import { contract } from '../../../lib/contract/contract.ts';

const open = { summary: '', visibility: 'public', auth: 'internal', idempotent: true, params: {} } as const;
const books = contract('books', { get: { ...open, timeout: 700 }, list: open }, {});
const { call } = actionTimeout([books], 5000) as unknown as {
  call(next: (name: unknown, params: unknown, options: object) => object): (...args: unknown[]) => object;
};
const wrapped = call((_name, _params, options) => options);

test.each([
  ['by its name', 'books.get'],
  // As the gateway calls, which has chosen the node.
  ['by its endpoint on a node', { action: { name: 'books.get' } }],
])('an action called %s has its own time', (_how, called) => {
  expect(wrapped(called, {})).toEqual({ timeout: 700 });
  expect(wrapped(called, {}, { timeout: 3000 })).toEqual({ timeout: 700 });
  expect(wrapped(called, {}, { timeout: 100 })).toEqual({ timeout: 100 });
  // A retry brings its context, which knows.
  expect(wrapped(called, {}, { ctx: {} })).toEqual({ ctx: {} });
});

test('one without a time of its own has the time of all', () => {
  expect(wrapped('books.list', {})).toEqual({ timeout: 5000 });
});
