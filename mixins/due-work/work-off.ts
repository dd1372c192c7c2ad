import { type Decide, MissingDocument } from '../store/changes.ts';
import type { Versioned } from '../store/patch.ts';
import type { Store } from '../store/store.ts';
import { claim, type DueQueue, hasFailed, hasTime, putOff, putOffWaiting, succeeded } from './queue.ts';

/** What work resolves to that cannot go on until somebody else has done something. */
export const WAITING = Symbol('waiting');

/** What working on a queue needs. */
export interface DueWorker<T> {
  store: Pick<Store<T>, 'find' | 'change'>;
  /** Does the work of a document, and writes what came of it; or resolves to WAITING. @throws why it goes no further */
  work(doc: T): Promise<unknown>;
  failed(error: unknown, doc: T): void;
}

/** What one look at a queue has found. */
export interface WorkedOff {
  /** How many documents were claimed. */
  claimed: number;
  /** When the next one is due, in ms, as far as it was seen. */
  nextDueAt?: number;
}

/** Works on what is due, up to `atOnce` side by side, longest due first. */
export async function workOff<T extends Versioned>(
  queue: DueQueue<T>,
  worker: DueWorker<T>,
  atOnce: number,
): Promise<WorkedOff> {
  const { dueField } = queue;
  const now = new Date();
  // What is due later is read too: so the worker knows how long it can pause.
  const fields = ['_id', dueField as '_id'] as const;
  const found = await worker.store.find(hasTime(dueField), { sort: { [dueField]: 1 }, limit: atOnce, fields });
  const times = found.map((doc) => timeAt(doc, dueField));
  const due = found.filter((_, index) => (times[index] ?? 0) <= +now);
  const results = await Promise.allSettled(due.map(({ _id }) => workOn(_id, queue, worker)));
  const broken = results.find((result) => result.status === 'rejected');
  if (broken) throw broken.reason;
  const claimed = results.filter((result) => result.status === 'fulfilled' && result.value).length;
  const nextDueAt = times[due.length];
  return { claimed, ...(nextDueAt === undefined ? {} : { nextDueAt }) };
}

const timeAt = (doc: object, path: string): number =>
  Number(path.split('.').reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], doc));

/** False: it was not due. */
async function workOn<T extends Versioned>(
  id: string,
  queue: DueQueue<T>,
  { store, work, failed }: DueWorker<T>,
): Promise<boolean> {
  const claimed = await ifThere(store.change(id, (doc, now) => claim(queue, doc, now)));
  if (!claimed) return false;
  const decide = async (decision: Decide<T, undefined>) => void (await ifThere(store.change(id, decision)));
  try {
    const result = await work(claimed);
    if (result === WAITING) await decide((doc, now) => putOffWaiting(queue, doc, now, claimed));
    else if (hasFailed(queue.read(claimed))) await decide((doc) => succeeded(queue, doc));
  } catch (error) {
    failed(error, claimed);
    await decide((doc, now) => putOff(queue, doc, error, now, claimed));
  }
  return true;
}

/** Work may end by the removal of its document. */
async function ifThere<R>(change: Promise<R>): Promise<R | undefined> {
  return change.catch((error: unknown) => {
    if (error instanceof MissingDocument) return undefined;
    throw error;
  });
}
