import type { Outcome, Payment, PaymentProvider } from './payment-provider.ts';

/** An outcome that an order can go by. */
export type Charge = Exclude<Outcome, { outcome: 'authorised' }>;

/**
 * Authorises and captures under a key. Again with the same key: the same outcome, and no second charge.
 * @throws while the outcome is unknown; ask again
 */
export async function authoriseAndCapture(provider: PaymentProvider, key: string, payment: Payment): Promise<Charge> {
  const { amount } = payment;
  const authorised = await orKnown(provider.authorise(key, payment), provider, key, payment);
  if (authorised.outcome !== 'authorised') return authorised;
  const captured = await orKnown(provider.capture(key, amount), provider, key, payment);
  if (captured.outcome === 'authorised') throw new Error(`${key} is authorised, but was not captured`);
  return captured;
}

/** An answer that is lost says nothing of the money; the provider's books do. */
async function orKnown(
  attempt: Promise<Outcome>,
  provider: PaymentProvider,
  key: string,
  { amount }: Payment,
): Promise<Outcome> {
  try {
    return await attempt;
  } catch (error) {
    const known = await provider.find(key, amount);
    if (known.outcome === 'unknown') throw error;
    return known;
  }
}
