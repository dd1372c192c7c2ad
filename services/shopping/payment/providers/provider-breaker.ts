import type { Config } from '../../../../lib/process/config.ts';
import { OutsideBreaker } from '../../../../lib/process/outside-breaker.ts';
import { isProblem } from '../../../shared/problem-codes.ts';
import type { ConnectProvider, PaymentProvider } from '../payment-provider.ts';

/**
 * A provider behind a circuit breaker, so that one that is away costs an order milliseconds: it stays PENDING, as after
 * any outage, and is tried again. What the breaker refuses was not sent, so no key was used by it.
 */
export function guarded(
  label: string,
  { circuitBreaker }: Pick<Config, 'circuitBreaker'>,
  connect: ConnectProvider,
): ConnectProvider {
  const breaker = new OutsideBreaker({ label, name: 'payment provider' }, circuitBreaker, isProviderOutage);
  return async (rpc) => behind(breaker, await connect(rpc));
}

/** The calls that go over the network: those that are awaited. `books` is not one of them: Stripe does not show them. */
type NetworkCalls = {
  [K in keyof PaymentProvider as PaymentProvider[K] extends (...args: never[]) => Promise<unknown>
    ? Exclude<K, 'books'>
    : never]: PaymentProvider[K];
};

function behind(breaker: OutsideBreaker, provider: PaymentProvider): PaymentProvider {
  const calls: NetworkCalls = {
    authorise: (key, payment) => breaker.run(() => provider.authorise(key, payment)),
    capture: (key, amount) => breaker.run(() => provider.capture(key, amount)),
    find: (key, amount) => breaker.run(() => provider.find(key, amount)),
    refund: (order) => breaker.run(() => provider.refund(order)),
    cancel: (key, amount) => breaker.run(() => provider.cancel(key, amount)),
    statement: (charge) => breaker.run(() => provider.statement(charge)),
  };
  return { ...provider, ...calls };
}

/** The provider did not answer, or with a status of 500 and above: `cause` is the error of its library. */
function isProviderOutage(error: unknown): boolean {
  if (!isProblem(error, 'unavailable')) return false;
  const { cause } = error as { cause?: { statusCode?: number } };
  if (cause === undefined) return false; // the provider answered, but not yet with an outcome
  return !((cause.statusCode ?? 500) < 500);
}
