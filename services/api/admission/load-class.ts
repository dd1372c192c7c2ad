import type { Route } from '../http/routes.ts';

/**
 * Routes that share a limit, so that a rush of one class does not slow the others. `exempt` is never refused: probes,
 * webhooks of the payment provider, and streams, which last as long as their client wants.
 */
export type LoadClass = 'browse' | 'cart' | 'checkout' | 'account' | 'staff' | 'exempt';

/** How a class is limited; see lib/admission. */
export interface ClassLimit {
  /** Part of the smallest limit of a gateway (MIN_CONCURRENCY). */
  share: number;
  /** Latency, in ms, up to which there is no overload. */
  targetMs: number;
  /** Delay of the gateway's event loop, in ms, above which the limit falls: browsing first, checkouts last. */
  loopDelayMs: number;
}

export const CLASS_LIMITS: ReadonlyMap<LoadClass, ClassLimit> = new Map([
  ['browse', { share: 0.25, targetMs: 50, loopDelayMs: 20 }],
  ['staff', { share: 0.25, targetMs: 400, loopDelayMs: 20 }],
  ['account', { share: 0.5, targetMs: 300, loopDelayMs: 40 }],
  ['cart', { share: 1, targetMs: 60, loopDelayMs: 40 }],
  ['checkout', { share: 1, targetMs: 100, loopDelayMs: 80 }],
]);

const ACCOUNT = new Set(['customer']);
const CHECKOUT = new Set(['checkout', 'hold', 'order']);
/** Services that answer at once, and `payment`, whose provider must not be turned away. */
const EXEMPT = new Set(['api', 'docs', 'account-pages', 'payment']);

/** The class of a route. */
export function loadClassOf({ action, contract }: Route): LoadClass {
  const [service = ''] = action.split('.');
  const isStream = contract.upload !== undefined || contract.produces?.includes('text/event-stream');
  if (isStream || contract.rateClass === 'unlimited' || EXEMPT.has(service)) return 'exempt';
  if (contract.auth === 'staff') return 'staff';
  if (CHECKOUT.has(service)) return 'checkout';
  if (service === 'cart') return 'cart';
  return ACCOUNT.has(service) || contract.rateClass === 'login' || contract.auth === 'customer' ? 'account' : 'browse';
}
