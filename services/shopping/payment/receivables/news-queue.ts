import { type DueQueue, dueIn } from '../../../../mixins/due-work/queue.ts';
import { RETRY_POLICY } from '../../../../mixins/due-work/schedule.ts';
import type { Decision } from '../../../../mixins/store/changes.ts';
import type { Receivable } from './receivable.ts';

/** Changes that orders have to know. The lease is longer than an order takes to be paid. */
export const newsQueue: DueQueue<Receivable> = {
  name: 'receivables',
  policy: { ...RETRY_POLICY, leaseMs: 30_000 },
  ...dueIn('newsAt'),
};

/** Records that the order knows what it was told. A change since then, or another worker's lease, stays due. */
export function acknowledgeNews(current: Readonly<Receivable>, told: Readonly<Receivable>): Decision<undefined> {
  const isTold = current.newsAt?.getTime() === told.newsAt?.getTime();
  return { answer: undefined, ...(isTold ? { patch: { newsAt: null } } : {}) };
}
