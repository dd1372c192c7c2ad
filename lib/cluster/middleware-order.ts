import type { Middleware } from 'moleculer';
import { nodeBreaker } from './node-breaker.ts';
import { settleTimeouts } from './settle-timeouts.ts';

/**
 * Moleculer's internal middlewares, innermost first, in its own order except for the circuit breaker. That one is outside
 * the time-out, because otherwise it would not see a node that hangs. It is inside the retry, so that each attempt
 * counts and the next one goes to a node that works. For `internalMiddlewares: false`.
 */
export const middlewareOrder = (): (string | Middleware)[] => [
  'ActionHook',
  'Validator',
  'Bulkhead',
  'Cacher',
  'ContextTracker',
  'Timeout',
  settleTimeouts(),
  nodeBreaker(),
  'Retry',
  'Fallback',
  'ErrorHandler',
  'Tracing',
  'Metrics',
  'Debounce',
  'Throttle',
];
