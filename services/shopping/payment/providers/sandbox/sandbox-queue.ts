import { type DueQueue, dueIn } from '../../../../../mixins/due-work/queue.ts';
import { RETRY_POLICY } from '../../../../../mixins/due-work/schedule.ts';
import type { Decision } from '../../../../../mixins/store/changes.ts';
import { applyBankEvent } from './bank-events.ts';
import type { BankEvent, LedgerEntry, SandboxEvent } from './ledger-entry.ts';

/** Bank events and webhooks that are due. The lease is longer than a webhook takes. */
export const sandboxQueue: DueQueue<LedgerEntry> = {
  name: 'payment-sandbox',
  policy: { ...RETRY_POLICY, leaseMs: 10_000 },
  ...dueIn('dueAt'),
};

/** Applies the bank events that are due. @returns the webhooks to be sent now, for an entry that the worker has claimed */
export function applyDueEvents(entry: Readonly<LedgerEntry>, now: Date): Decision<SandboxEvent[]> {
  const { happenings = [] } = entry;
  let next: LedgerEntry = entry;
  for (const event of happenings) if (event.at <= now) next = { ...next, ...applyBankEvent(next, event) };
  const { state, reason, captured, refunded, refunds, returned = {}, dispute, events } = next;
  const left = happenings.filter(({ at }) => at > now);
  const dueAt = nextDueAt(events, left, entry.dueAt);
  if (left.length === happenings.length && dueAt?.getTime() === entry.dueAt?.getTime()) return { answer: events };
  return {
    answer: events,
    patch: {
      ...{ state, captured, refunded, refunds, returned, events, happenings: left, dueAt },
      ...(dispute ? { dispute } : {}),
      ...(reason === undefined ? {} : { reason }),
    },
  };
}

/** Removes an event whose copies have all been delivered. */
export function removeDelivered(
  { events, happenings = [], dueAt }: Readonly<LedgerEntry>,
  eventId: string,
): Decision<undefined> {
  const left = events.filter(({ id }) => id !== eventId);
  return { answer: undefined, patch: { events: left, dueAt: nextDueAt(left, happenings, dueAt) } };
}

/** The next bank event, or the end of the lease while there are webhooks to be sent, whichever is earlier. */
function nextDueAt(events: SandboxEvent[], happenings: BankEvent[], lease: Date | null): Date | null {
  const times = [...happenings.map(({ at }) => +at), ...(events.length > 0 && lease ? [+lease] : [])];
  return times.length > 0 ? new Date(Math.min(...times)) : null;
}
