import { expect } from '@jest/globals';
import type { Decision } from '../../mixins/store/changes.ts';
import { assignPath, deepCopy, type Versioned } from '../../mixins/store/patch.ts';
import type { ProblemCode } from '../../services/shared/problem-codes.ts';

/**
 * How the specs of the domain read: given a state, when commands come, then the state is this, or the command is refused.
 *
 *     given(cart).when(setItem, { sku: 'MUG', quantity: 2 }, now).thenState({ items: { MUG: { quantity: 2 } } });
 *     given(wishes).evolve(wish, 'prd_1', now).thenRefused('limit-reached');
 *
 * The domain is pure: each step fails if it changes the state that it was given.
 */
export const given = <S extends object>(state: S): Spec<S, undefined> => new Spec({ state, answer: undefined }, state);

type Outcome<S, A> = { state: S; answer: A } | { refusal: unknown };

class Spec<S extends object, A> {
  readonly #outcome: Outcome<S, A>;
  /** The state before the last command. */
  readonly #before: object;

  constructor(outcome: Outcome<S, A>, before: object) {
    this.#outcome = outcome;
    this.#before = before;
  }

  /** A command whose decision is a patch, which is applied as `store.change` does it. */
  when<Doc extends Versioned & S, Args extends unknown[], B>(
    this: Spec<Doc, A>,
    decide: (state: Readonly<Doc>, ...args: Args) => Decision<B>,
    ...args: Args
  ): Spec<Doc, B> {
    return this.#step((before) => {
      const { answer, patch = {} } = decide(before, ...args);
      const state = deepCopy(before);
      for (const [path, value] of Object.entries(patch)) assignPath(state, path, value, []);
      return { answer, state };
    });
  }

  /** A command that makes the next state. */
  evolve<Next extends object, Args extends unknown[]>(
    evolve: (state: S, ...args: Args) => Next,
    ...args: Args
  ): Spec<Next, undefined> {
    return this.#step((before) => ({ answer: undefined, state: evolve(before, ...args) }));
  }

  /** A question, which changes nothing. */
  ask<Args extends unknown[], B>(query: (state: S, ...args: Args) => B, ...args: Args): Spec<S, B> {
    return this.#step((state) => ({ answer: query(state, ...args), state }));
  }

  /** The state has these fields, and may have others. A list has these items and no others. */
  thenState(expected: object): this {
    expect(this.state).toMatchObject(expected);
    return this;
  }

  /** The last command changed nothing. */
  thenUnchanged(): this {
    expect(this.state).toEqual(this.#before);
    return this;
  }

  thenAnswer(expected: unknown): this {
    expect(this.answer).toEqual(expected);
    return this;
  }

  /** The last command was refused with this problem and these data. */
  thenRefused(type: ProblemCode, data?: object): this {
    expect(this.#outcome).toMatchObject({ refusal: data ? { type, data } : { type } });
    return this;
  }

  /** For expectations that the methods above do not cover. @throws the refusal of the last command */
  get state(): S {
    return this.#accepted().state;
  }

  get answer(): A {
    return this.#accepted().answer;
  }

  #accepted(): { state: S; answer: A } {
    if ('refusal' in this.#outcome) throw this.#outcome.refusal;
    return this.#outcome;
  }

  #step<Next extends object, B>(run: (state: S) => { answer: B; state: Next }): Spec<Next, B> {
    const { state } = this.#accepted();
    const before = deepCopy(state);
    try {
      return new Spec(run(state), before);
    } catch (refusal) {
      return new Spec<Next, B>({ refusal }, before);
    } finally {
      expect(state).toEqual(before);
    }
  }
}
