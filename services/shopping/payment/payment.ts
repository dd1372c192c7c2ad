import type { ChargeOutcome, ChargeRequest, PaymentProvider } from './payment-provider.ts';

/** The outcome of a charge that needs no further command. */
export type CompletedCharge = Exclude<ChargeOutcome, { outcome: 'authorised' }>;

/**
 * Authorises and captures under an idempotency key. A repeated call has the same outcome, and charges nothing.
 * @throws while the outcome is unknown: call it again
 */
export async function authoriseAndCapture(
  provider: PaymentProvider,
  key: string,
  payment: ChargeRequest,
): Promise<CompletedCharge> {
  const { amount } = payment;
  const authorised = await orLookUp(provider.authorise(key, payment), provider, key, payment);
  if (authorised.outcome !== 'authorised') return authorised;
  const captured = await orLookUp(provider.capture(key, amount), provider, key, payment);
  if (captured.outcome === 'authorised') throw new Error(`${key} is authorised, but was not captured`);
  return captured;
}

/** Looks up the outcome of an attempt whose answer was lost. @throws the attempt's error when the key is unused */
async function orLookUp(
  attempt: Promise<ChargeOutcome>,
  provider: PaymentProvider,
  key: string,
  { amount }: ChargeRequest,
): Promise<ChargeOutcome> {
  try {
    return await attempt;
  } catch (error) {
    const known = await provider.find(key, amount);
    if (known.outcome === 'unknown') throw error;
    return known;
  }
}
