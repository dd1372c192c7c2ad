import type { BankEvent, LedgerEntry, SandboxEvent } from './ledger-entry.ts';
import type { TestToken } from './sandbox-tokens.ts';

/** The time from a charge or refund to its first bank event. */
export const BANK_DELAY_MS = 1000;

/** The bank events of a charge by a token. */
export function bankEventsOf(method: TestToken, now: Date): BankEvent[] {
  const at = new Date(+now + BANK_DELAY_MS);
  const afterwards = new Date(+now + 2 * BANK_DELAY_MS);
  switch (method) {
    case 'tok_late_webhook':
    case 'tok_challenge_approved':
      return [{ what: 'capture', at }];
    case 'tok_late_decline':
    case 'tok_challenge_declined':
      return [{ what: 'decline', at }];
    case 'tok_refunded_elsewhere':
      return [{ what: 'refund-elsewhere', at }];
    case 'tok_disputed':
      return [{ what: 'dispute', at }];
    case 'tok_dispute_won':
      return [
        { what: 'dispute', at },
        { what: 'win-dispute', at: afterwards },
      ];
    case 'tok_dispute_lost':
      return [
        { what: 'dispute', at },
        { what: 'lose-dispute', at: afterwards },
      ];
    default:
      return [];
  }
}

type EntryPatch = Partial<LedgerEntry>;

/** The fields of an entry that a bank event changes, with its webhook; none if the event comes too late. */
export function applyBankEvent(entry: Readonly<LedgerEntry>, event: BankEvent): EntryPatch {
  const { _id: key, state, amount, captured, refunded, refunds, dispute } = entry;
  const webhook = (type: SandboxEvent['type'], id = key): Pick<LedgerEntry, 'events'> => ({
    events: [...entry.events, { id: `evt_${id}${EVENT_ID_SUFFIX[type]}`, type, copies: 1 }],
  });
  switch (event.what) {
    case 'capture':
      if (!isUndecided(entry) || !amount) return {};
      return { state: 'captured', captured: amount.amount, ...webhook('payment.captured') };
    case 'decline':
      if (!isUndecided(entry)) return {};
      return {
        state: 'declined',
        ...(state === 'challenge' ? { reason: 'authentication_failed' } : {}),
        ...webhook('payment.failed'),
      };
    case 'refund-elsewhere': {
      const half = Math.floor(captured / 2);
      if (half === 0 || half > captured - refunded) return {};
      return { refunded: refunded + half, refunds: { ...refunds, elsewhere: half }, ...webhook('charge.refunded') };
    }
    case 'return-refund': {
      const { [event.key]: sent, ...kept } = refunds;
      if (sent === undefined) return {};
      const returned = { ...entry.returned, [event.key]: sent };
      return {
        refunded: refunded - sent,
        refunds: kept,
        returned,
        ...webhook('refund.failed', `${key}_${event.key}`),
      };
    }
    case 'dispute':
      if (captured === refunded) return {};
      return { dispute: { state: 'open', amount: captured - refunded }, ...webhook('dispute.created') };
    case 'win-dispute':
      return dispute ? { dispute: { ...dispute, state: 'won' }, ...webhook('dispute.closed') } : {};
    case 'lose-dispute':
      return dispute ? { dispute: { ...dispute, state: 'lost' }, ...webhook('dispute.closed') } : {};
    default:
      throw new Error(`unknown bank event ${event satisfies never}`);
  }
}

const isUndecided = ({ state }: Readonly<LedgerEntry>) => state === 'pending' || state === 'challenge';

/** The fields of a charge by the answer of a customer on its page; none if it comes too late. */
export function answerChallenge(entry: Readonly<LedgerEntry>, approved: boolean, now: Date): EntryPatch {
  if (entry.state !== 'challenge' || entry.method === 'tok_challenge_abandoned') return {};
  const decided = applyBankEvent(entry, { what: approved ? 'capture' : 'decline', at: now });
  if (!approved || entry.method !== 'tok_redirect') return { ...decided, happenings: [], dueAt: now };
  // A bank page authorises; the shop captures.
  const event = { id: `evt_${entry._id}`, type: 'payment.authorised', copies: 1 } as const;
  return { state: 'authorised', events: [...entry.events, event], happenings: [], dueAt: now };
}

/** Keeps the ids of a charge's events apart. A payment has one outcome, so both outcomes share an id. */
const EVENT_ID_SUFFIX: Readonly<Record<SandboxEvent['type'], string>> = {
  'payment.captured': '',
  'payment.authorised': '',
  'payment.failed': '',
  'charge.refunded': '_refunded',
  'refund.failed': '_returned',
  'dispute.created': '_disputed',
  'dispute.closed': '_closed',
};
