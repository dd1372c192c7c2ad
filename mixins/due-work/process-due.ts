import { type Decide, MissingDocument } from '../store/changes.ts';
import { type Versioned, valueAt } from '../store/patch.ts';
import type { Store } from '../store/store.ts';
import { claim, type DueQueue, hasFailed, hasTime, recordFailure, recordSuccess, recordWaiting } from './queue.ts';

/** The result of work that cannot continue before something else has happened, such as a webhook. */
export const WAITING = Symbol('waiting');

/** The parts that processing a queue needs. */
export interface DueWorker<T> {
  store: Pick<Store<T>, 'find' | 'change'>;
  /** Does the work of a document and stores the result, or resolves to WAITING. @throws when the work failed */
  work(doc: T): Promise<unknown>;
  failed(error: unknown, doc: T): void;
}

interface Processed {
  /** How many documents were claimed. */
  claimed: number;
  /** When the next document is due, in ms, if the search has seen it. */
  nextDueAt?: number;
}

/** Claims up to `atOnce` due documents, the longest due first, and works on them concurrently. */
export async function processDue<T extends Versioned>(
  queue: DueQueue<T>,
  worker: DueWorker<T>,
  atOnce: number,
): Promise<Processed> {
  const { dueField } = queue;
  const now = Date.now();
  // The search includes documents that are due later, which say how long the worker can pause.
  const fields = ['_id', dueField as '_id'] as const;
  const found = await worker.store.find(hasTime(dueField), { sort: { [dueField]: 1 }, limit: atOnce, fields });
  const times = found.map((doc) => Number(valueAt(doc, dueField)));
  const due = found.filter((_, index) => (times[index] ?? 0) <= now);
  const results = await Promise.allSettled(due.map(({ _id }) => processOne(_id, queue, worker)));
  const broken = results.find((result) => result.status === 'rejected');
  if (broken) throw broken.reason;
  const claimed = results.filter((result) => result.status === 'fulfilled' && result.value).length;
  const nextDueAt = times[due.length];
  return { claimed, ...(nextDueAt === undefined ? {} : { nextDueAt }) };
}

/** Claims a document and does its work. Resolves to false if it was not due. */
async function processOne<T extends Versioned>(
  id: string,
  queue: DueQueue<T>,
  { store, work, failed }: DueWorker<T>,
): Promise<boolean> {
  const claimed = await ignoreMissing(store.change(id, (doc, now) => claim(queue, doc, now)));
  if (!claimed) return false;
  const decide = async (decision: Decide<T, undefined>) => void (await ignoreMissing(store.change(id, decision)));
  try {
    const result = await work(claimed);
    if (result === WAITING) await decide((doc, now) => recordWaiting(queue, doc, now, claimed));
    else if (hasFailed(queue.read(claimed))) await decide((doc) => recordSuccess(queue, doc));
  } catch (error) {
    failed(error, claimed);
    await decide((doc, now) => recordFailure(queue, doc, error, now, claimed));
  }
  return true;
}

/** Resolves to undefined when the document is missing: its work may have removed it. */
async function ignoreMissing<R>(change: Promise<R>): Promise<R | undefined> {
  return change.catch((error: unknown) => {
    if (error instanceof MissingDocument) return undefined;
    throw error;
  });
}
