import type { IdempotentCommand } from '../../../mixins/store/once.ts';
import type { Store } from '../../../mixins/store/store.ts';
import { isProblem } from '../../shared/problem-codes.ts';
import { arrived, type Counted, through } from './counted.ts';

/** By how much another document has to change. */
export interface Difference extends IdempotentCommand {
  /** One more, one less, or as many as before. */
  count: number;
  sum: number;
}

/** Documents that count in others, and how they do. */
export interface Counting<T extends Counted> {
  store: Store<T>;
  /** How much of a document is to be counted; null: nothing, and it is to be removed. */
  wanted(doc: T): number | null;
  /** Changes the other document. False: it is there no more, so that nothing is left to be counted in. */
  apply(doc: T, difference: Difference): Promise<boolean>;
  forget(doc: T, key: string): Promise<void>;
  /** Removes what belongs to a document, before it goes itself. */
  leave?(doc: T): Promise<void>;
}

/** How long a change may take to reach the other document, in ms. */
const PATIENCE = 20_000;

/** Brings a document to where nothing is left to be moved; see services/product/review/counted.ts. @throws why it goes no further */
export async function applyContribution<T extends Counted>(id: string, counting: Counting<T>): Promise<void> {
  const { store, wanted } = counting;
  for (;;) {
    // Before the last look at what is not acknowledged yet: see `once`.
    const until = Date.now() + PATIENCE;
    const doc = await store.get(id);
    if (!doc) return;
    const { move, counted } = doc;
    if (move === null) {
      if (wanted(doc) !== null) return;
      // That it is to go is final, so nothing comes between.
      await counting.leave?.(doc);
      await store.remove({ _id: id });
      return;
    } else if (!move.done) {
      const count = Number(move.to > 0) - Number(counted > 0);
      if (!(await counting.apply(doc, { key: move.key, until, count, sum: move.to - counted }))) {
        await store.remove({ _id: id });
        return;
      }
      await unlessGone(store.change(id, (latest) => arrived(latest, move.key)));
    } else {
      await counting.forget(doc, move.key);
      await unlessGone(store.change(id, (latest, now) => through(latest, move.key, wanted(latest), now)));
    }
  }
}

/** What somebody else has removed meanwhile needs no more. */
export async function unlessGone<R>(change: Promise<R>): Promise<R | undefined> {
  return change.catch((error: unknown) => {
    if (isProblem(error, 'not-found')) return undefined;
    throw error;
  });
}
