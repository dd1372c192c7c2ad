import type { Happening, LedgerEntry, SandboxEvent } from './ledger-entry.ts';
import type { TestToken } from './sandbox-tokens.ts';

/** How long anything later takes, in ms. */
export const LATER_MS = 1000;

/** What a token has in store for its charge, from the moment of the charge on. */
export function happeningsOf(method: TestToken, now: Date): Happening[] {
  const at = new Date(+now + LATER_MS);
  const atLast = new Date(+now + 2 * LATER_MS);
  switch (method) {
    case 'tok_late_webhook':
      return [{ what: 'capture', at }];
    case 'tok_late_decline':
      return [{ what: 'decline', at }];
    case 'tok_refunded_elsewhere':
      return [{ what: 'refund-elsewhere', at }];
    case 'tok_disputed':
      return [{ what: 'dispute', at }];
    case 'tok_dispute_won':
      return [
        { what: 'dispute', at },
        { what: 'win-dispute', at: atLast },
      ];
    case 'tok_dispute_lost':
      return [
        { what: 'dispute', at },
        { what: 'lose-dispute', at: atLast },
      ];
    default:
      return [];
  }
}

type Changed = Partial<LedgerEntry>;

/** The part of an entry that a happening changes, with the webhook that tells of it; nothing when it came too late. */
export function happen(entry: Readonly<LedgerEntry>, happening: Happening): Changed {
  const { _id: key, state, amount, captured, refunded, refunds, dispute } = entry;
  const told = (type: SandboxEvent['type'], id = key): Pick<LedgerEntry, 'events'> => ({
    events: [...entry.events, { id: `evt_${id}${SUFFIX[type]}`, type, copies: 1 }],
  });
  switch (happening.what) {
    case 'capture':
      if (state !== 'pending' || !amount) return {};
      return { state: 'captured', captured: amount.amount, ...told('payment.captured') };
    case 'decline':
      return state === 'pending' ? { state: 'declined', ...told('payment.failed') } : {};
    case 'refund-elsewhere': {
      const half = Math.floor(captured / 2);
      if (half === 0 || half > captured - refunded) return {};
      return { refunded: refunded + half, refunds: { ...refunds, elsewhere: half }, ...told('charge.refunded') };
    }
    case 'return-refund': {
      const { [happening.key]: sent, ...kept } = refunds;
      if (sent === undefined) return {};
      const returned = { ...entry.returned, [happening.key]: sent };
      return {
        refunded: refunded - sent,
        refunds: kept,
        returned,
        ...told('refund.failed', `${key}_${happening.key}`),
      };
    }
    case 'dispute':
      if (captured === refunded) return {};
      return { dispute: { state: 'open', amount: captured - refunded }, ...told('dispute.created') };
    case 'win-dispute':
      return dispute ? { dispute: { ...dispute, state: 'won' }, ...told('dispute.closed') } : {};
    case 'lose-dispute':
      return dispute ? { dispute: { ...dispute, state: 'lost' }, ...told('dispute.closed') } : {};
    default:
      throw new Error(`unknown happening ${happening satisfies never}`);
  }
}

/** Makes the ids of a charge's events differ; a payment has one outcome. */
const SUFFIX: Readonly<Record<SandboxEvent['type'], string>> = {
  'payment.captured': '',
  'payment.failed': '',
  'charge.refunded': '_refunded',
  'refund.failed': '_returned',
  'dispute.created': '_disputed',
  'dispute.closed': '_closed',
};
