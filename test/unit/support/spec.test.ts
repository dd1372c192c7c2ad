import { expect, test } from '@jest/globals';
import { errors } from '../../../services/shared/problems.ts';
import { given } from '../../support/spec.ts';

interface Counter {
  _id: string;
  rev: number;
  count: number;
}
const ZERO: Counter = { _id: 'a', rev: 0, count: 0 };
const count = ({ count }: Readonly<Counter>, by: number) => ({ answer: count + by, patch: { count: count + by } });
const refuse = (): never => {
  throw errors.notFound('This counter');
};
const spoil = (counter: Counter) => {
  counter.count += 1;
  return counter;
};

test('commands come one after the other, each on what the one before left', () => {
  given(ZERO).when(count, 2).when(count, 3).thenAnswer(5).thenState({ count: 5 });
  expect(() => given(ZERO).when(count, 2).thenState({ count: 3 })).toThrow('count');
  expect(() => given(ZERO).when(count, 2).thenAnswer(3)).toThrow('3');
});

test('unchanged means: by the last command', () => {
  given(ZERO).when(count, 2).when(count, 0).thenUnchanged();
  expect(() => given(ZERO).when(count, 2).thenUnchanged()).toThrow('count');
});

test('a refusal is expected by its problem, or it is thrown where something else is expected', () => {
  given(ZERO).ask(refuse).thenRefused('not-found');
  expect(() => given(ZERO).ask(refuse).thenRefused('limit-reached')).toThrow('limit-reached');
  expect(() => given(ZERO).when(count, 1).thenRefused('not-found')).toThrow('not-found');
  for (const act of [
    () => given(ZERO).ask(refuse).thenState({}),
    () => given(ZERO).ask(refuse).thenUnchanged(),
    () => given(ZERO).ask(refuse).when(count, 1),
  ]) {
    expect(act).toThrow(expect.objectContaining({ type: 'not-found' }));
  }
});

test('a command that changes the state that it was given fails', () => {
  expect(() => given({ ...ZERO }).evolve(spoil)).toThrow('count');
});
