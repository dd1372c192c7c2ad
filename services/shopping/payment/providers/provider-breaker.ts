import type { Config } from '../../../../lib/process/config.ts';
import { OutsideBreaker } from '../../../../lib/process/outside-breaker.ts';
import { isProblem } from '../../../shared/problem-codes.ts';
import type { ConnectProvider, DeferredCapture, PaymentProvider, SavedMethods } from '../payment-provider.ts';

/**
 * Puts a circuit breaker before a provider, so that an outage costs an order milliseconds. The order stays PENDING and is
 * tried again. A call that the breaker refuses is not sent, so it uses no idempotency key.
 */
export function withBreaker(
  label: string,
  { circuitBreaker }: Pick<Config, 'circuitBreaker'>,
  connect: ConnectProvider,
): ConnectProvider {
  const breaker = new OutsideBreaker({ label, name: 'payment provider' }, circuitBreaker, isProviderOutage);
  return async (rpc) => behind(breaker, await connect(rpc));
}

/** The calls that go over the network: all that are awaited, but for `ledgerPage`, which Stripe does not offer. */
type NetworkCalls = {
  [K in keyof PaymentProvider as PaymentProvider[K] extends (...args: never[]) => Promise<unknown>
    ? Exclude<K, 'ledgerPage'>
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
  const { deferredCapture, savedMethods } = provider;
  return {
    ...provider,
    ...calls,
    ...(deferredCapture ? { deferredCapture: captureBehind(breaker, deferredCapture) } : {}),
    ...(savedMethods ? { savedMethods: methodsBehind(breaker, savedMethods) } : {}),
  };
}

const captureBehind = (breaker: OutsideBreaker, inner: DeferredCapture): DeferredCapture => ({
  find: (key, authorised) => breaker.run(() => inner.find(key, authorised)),
  capture: (command) => breaker.run(() => inner.capture(command)),
  release: (key, authorised) => breaker.run(() => inner.release(key, authorised)),
});

const methodsBehind = (breaker: OutsideBreaker, inner: SavedMethods): SavedMethods => ({
  customerFor: (customerId) => breaker.run(() => inner.customerFor(customerId)),
  save: (request) => breaker.run(() => inner.save(request)),
  find: (reference) => breaker.run(() => inner.find(reference)),
  list: (customer) => breaker.run(() => inner.list(customer)),
  remove: (customer, method) => breaker.run(() => inner.remove(customer, method)),
  erase: (customer) => breaker.run(() => inner.erase(customer)),
});

/** No answer, or a status of 500 and above; `cause` is the error of the provider's library. */
function isProviderOutage(error: unknown): boolean {
  if (!isProblem(error, 'unavailable')) return false;
  const { cause } = error as { cause?: { statusCode?: number } };
  if (cause === undefined) return false; // an answer without an outcome yet
  return !((cause.statusCode ?? 500) < 500);
}
