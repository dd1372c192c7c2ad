import type { Money } from '../../../../shared/money.ts';
import type { LedgerEntry } from './ledger-entry.ts';

/** As the contract has it. */
interface Challenge {
  state: 'waiting' | 'approved' | 'declined' | 'over';
  amount: Money;
  returnUrl: string;
}

/** A challenge as its page shows it; null for a charge without one. */
export function challengeView({ state, amount, page, method }: Readonly<LedgerEntry>): Challenge | null {
  if (!amount || !page) return null;
  return { state: answered(state, method), amount, returnUrl: page.returnUrl };
}

function answered(state: LedgerEntry['state'], method: LedgerEntry['method']): Challenge['state'] {
  if (state === 'challenge') return method === 'tok_challenge_abandoned' ? 'over' : 'waiting';
  if (state === 'captured' || state === 'authorised') return 'approved';
  return state === 'declined' ? 'declined' : 'over';
}
