import type { Money } from '../../lib/money.ts';
import type { Store } from '../../mixins/store.ts';
import type { Charge, PaymentProvider } from './payment-provider.ts';

/** One line of the sandbox's books: what became of an idempotency key. */
export interface LedgerEntry {
  /** The idempotency key. */
  _id: string;
  rev: number;
  state: 'captured' | 'cancelled';
  /** What was asked for; absent on a key that was cancelled before it was used. */
  amount?: Money;
  captured: number;
  refunded: number;
  at: Date;
}

/** A provider that approves everything and keeps durable books, as a real one would. */
export function sandboxProvider(ledger: Pick<Store<LedgerEntry>, 'insert' | 'get' | 'change'>): PaymentProvider {
  return {
    name: 'sandbox',

    async charge(key, amount) {
      const captured = { _id: key, state: 'captured', amount, captured: amount.amount, refunded: 0, at: new Date() };
      if (await ledger.insert(captured as Omit<LedgerEntry, 'rev'>)) return chargeOf(key, 'captured');
      const entry = await ledger.get(key);
      if (!entry) throw new Error(`the ledger lost ${key}`);
      if (entry.state === 'captured' && entry.amount?.amount !== amount.amount) {
        throw new Error(`${key} was charged with another amount before`);
      }
      return chargeOf(key, entry.state);
    },

    async find(key) {
      const entry = await ledger.get(key);
      return entry ? chargeOf(key, entry.state) : undefined;
    },

    async cancel(key) {
      const cancelled = { _id: key, state: 'cancelled' as const, captured: 0, refunded: 0, at: new Date() };
      if (await ledger.insert(cancelled)) return;
      await ledger.change(key, ({ state, captured }) =>
        state === 'cancelled'
          ? { answer: undefined }
          : { answer: undefined, patch: { state: 'cancelled', refunded: captured } },
      );
    },
  };
}

function chargeOf(key: string, state: LedgerEntry['state']): Charge {
  return state === 'captured'
    ? { outcome: 'captured', reference: `sandbox_${key}` }
    : { outcome: 'declined', reason: 'cancelled' };
}
