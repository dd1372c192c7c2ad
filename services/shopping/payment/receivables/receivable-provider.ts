import type { Result, Rpc } from '../../../../lib/contract/contract.ts';
import type { Money } from '../../../shared/money.ts';
import { errors } from '../../../shared/problems.ts';
import type { AmountLimits, ChargeOutcome, PaymentAction, PaymentProvider } from '../payment-provider.ts';
import type { ReceivableProvider } from './receivable.ts';

type ClaimState = Result<'receivable.claim'>;

/** What tells a provider whose money staff books from another one. */
interface Terms {
  provider: ReceivableProvider;
  limits: (currency: string) => AmountLimits;
  /** The days after which a claim on credit is due. Absent: the goods wait for the money. */
  netDays?: number;
  /** What the customer has to do about an open claim. */
  actionOf(key: string, amounts: { amount: Money; received: Money; missing: Money }): PaymentAction;
}

/** The client of the ledger of receivables, as a payment provider. */
export function receivableProvider(rpc: Rpc, { provider, limits, netDays, actionOf }: Terms): PaymentProvider {
  const outcomeOf = (key: string, { currency }: Money, claim: ClaimState): ChargeOutcome => {
    const reference = `${provider}_${key}`;
    const { state, payableUntil: dueAt } = claim;
    if (state === 'cancelled') return { outcome: 'declined', reason: 'cancelled' };
    if (state === 'captured') return { outcome: 'captured', reference, ...(dueAt === undefined ? {} : { dueAt }) };
    const money = (amount: number): Money => ({ amount, currency });
    const amounts = { amount: money(claim.amount), received: money(claim.received), missing: money(claim.missing) };
    return { outcome: 'requires-action', reference, action: actionOf(key, amounts) };
  };
  const find: PaymentProvider['find'] = async (key, amount) => {
    const claim = await rpc.call('receivable.find', { key, amount });
    return claim ? outcomeOf(key, amount, claim) : { outcome: 'unknown' };
  };

  return {
    async authorise(key, { amount, method }) {
      if (method !== provider) throw errors.unknownPaymentMethod(method);
      const { least, largest } = limits(amount.currency);
      if (amount.amount < least) return { outcome: 'declined', reason: 'amount_too_small' };
      if (amount.amount > largest) return { outcome: 'declined', reason: 'amount_too_large' };
      const terms = netDays === undefined ? {} : { netDays };
      return outcomeOf(key, amount, await rpc.call('receivable.claim', { key, provider, amount, ...terms }));
    },
    async capture(key, amount) {
      const found = await find(key, amount);
      if (found.outcome === 'unknown') throw errors.unavailable(`${key} is not claimed.`);
      return found;
    },
    find,
    refund: ({ key, of, amount }) => rpc.call('receivable.credit', { key, of, amount }),
    cancel: (key) => rpc.call('receivable.cancel', { key, provider }),
    statement: ({ key }) => rpc.call('receivable.statement', { key }),
    // A bank account sends no webhooks.
    verify() {
      throw errors.invalidSignature();
    },
    ledgerPage: (page) => rpc.call('receivable.ledger', { provider, ...page }),
  };
}
