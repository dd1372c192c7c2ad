import type { Middleware } from 'moleculer';
import { nodeBreaker } from './node-breaker.ts';
import { settleTimeouts } from './settle-timeouts.ts';

/**
 * Moleculer's internal middlewares, the innermost first, in its own order but for one: the circuit breaker stands
 * outside the time-out, or it would never see a node that hangs, and inside the retry, so that each attempt counts and
 * the next one goes to a node that works. For `internalMiddlewares: false`.
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
