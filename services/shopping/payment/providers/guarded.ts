import type { Rpc } from '../../../../lib/contract/contract.ts';
import type { Config } from '../../../../lib/process/config.ts';
import { OutsideBreaker } from '../../../../lib/process/outside-breaker.ts';
import { isProblem } from '../../../shared/problem-codes.ts';
import type { PaymentProvider } from '../payment-provider.ts';
import { configuredProvider } from './configured.ts';

type Settings = Pick<Config, 'payments' | 'currencies' | 'circuitBreaker'>;

/**
 * The configured provider behind a circuit breaker, so that one that is away costs an order milliseconds: it stays
 * PENDING, as after any outage, and is tried again. What the breaker refuses was not sent, so no key was used by it.
 * The sandbox is a service of the shop; its calls have the breakers of all.
 */
export function guardedProvider(config: Settings): (rpc: Rpc) => Promise<PaymentProvider> {
  const providerFor = configuredProvider(config);
  if (config.payments.provider === 'sandbox') return async (rpc) => providerFor(rpc);
  const server = { label: config.payments.provider, name: 'payment provider' };
  const breaker = new OutsideBreaker(server, config.circuitBreaker, isProviderOutage);
  return async (rpc) => behind(breaker, await providerFor(rpc));
}

/** What asks the provider over the network: every call that is waited for, but the books, which Stripe does not show. */
type Asked = {
  [K in keyof PaymentProvider as PaymentProvider[K] extends (...args: never[]) => Promise<unknown>
    ? Exclude<K, 'books'>
    : never]: PaymentProvider[K];
};

function behind(breaker: OutsideBreaker, provider: PaymentProvider): PaymentProvider {
  const asked: Asked = {
    authorise: (key, payment) => breaker.run(() => provider.authorise(key, payment)),
    capture: (key, amount) => breaker.run(() => provider.capture(key, amount)),
    find: (key, amount) => breaker.run(() => provider.find(key, amount)),
    refund: (order) => breaker.run(() => provider.refund(order)),
    cancel: (key, amount) => breaker.run(() => provider.cancel(key, amount)),
    statement: (charge) => breaker.run(() => provider.statement(charge)),
  };
  return { ...provider, ...asked };
}

/** It did not answer, or with a status of 500 and above: `cause` is what its library said. */
function isProviderOutage(error: unknown): boolean {
  if (!isProblem(error, 'unavailable')) return false;
  const { cause } = error as { cause?: { statusCode?: number } };
  if (cause === undefined) return false; // the provider answered, but not yet with an outcome
  return !((cause.statusCode ?? 500) < 500);
}
