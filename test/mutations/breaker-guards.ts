import type { Mutation } from './mutation.ts';

/** The guards of the circuit breakers: their place in the order, and what opens them. */
export const BREAKER_MUTATIONS: Record<string, Mutation> = {
  'the circuit breaker inside the time-out': {
    file: 'lib/cluster/middleware-order.ts',
    find: "  'Timeout',\n  settleTimeouts(),\n  nodeBreaker(),",
    replace: "  nodeBreaker(),\n  'Timeout',", // as Moleculer has it
    tests: ['test/cluster/circuit-breaker.test.ts'],
    red: /● a node that hangs/,
  },
  'the circuit breaker outside the retry': {
    file: 'lib/cluster/middleware-order.ts',
    find: "  nodeBreaker(),\n  'Retry',",
    replace: "  'Retry',\n  nodeBreaker(),",
    tests: ['test/cluster/circuit-breaker.test.ts'],
    red: /● an idempotent read is repeated/,
  },
  'a circuit breaker on sharded actions': {
    file: 'lib/cluster/node-breaker.ts',
    find: "if (action.strategy === 'Shard') return next;",
    replace: '',
    tests: ['test/cluster/circuit-breaker.test.ts'],
    red: /● a sharded action is never sent to the wrong node/,
  },
  'calls wait for a node that was started anew': {
    file: 'lib/cluster/replaced-nodes.ts',
    find: 'if (known !== undefined && known !== instanceID) broker.transit?.removePendingRequestByNodeID(id);',
    replace: '',
    tests: ['test/unit/lib/replaced-nodes.test.ts'],
    red: /● calls that a killed node has taken/,
  },
  'refusals open a circuit': {
    file: 'lib/cluster/node-failure.ts',
    find: 'return isServerError(code);',
    replace: 'return isServerError(code) || true;',
    tests: ['test/cluster/circuit-breaker.test.ts'],
    red: /● refusals open nothing/,
  },
  'the last node is given up though it answers': {
    file: 'lib/cluster/node-breaker.ts',
    find: 'if (hasAlternative(ctx)) return false;',
    replace: 'if (hasAlternative(ctx) || true) return false;',
    tests: ['test/cluster/circuit-breaker.test.ts'],
    red: /● when all fail, the last node is kept in use/,
  },
  'a node is blamed for the one that it waits for': {
    file: 'lib/cluster/node-failure.ts',
    find: 'return data?.action === ctx.action?.name;',
    replace: 'return true;',
    tests: ['test/cluster/circuit-breaker.test.ts'],
    red: /● a node is not blamed for another one/,
  },
  'a call that timed out is tracked for ever': {
    file: 'lib/cluster/settle-timeouts.ts',
    find: 'this.transit?.pendingRequests.get(ctx.id)?.reject(error);',
    replace: '',
    tests: ['test/integration/middleware-order.test.ts'],
    red: /● what was given up is tracked no longer/,
  },
  'a refusal opens the breaker before a server outside': {
    file: 'lib/process/outside-breaker.ts',
    find: 'if (this.#isOutage(error)) throw error;',
    replace: 'if (error) throw error;',
    tests: ['test/unit/lib/outside-breaker.test.ts'],
    red: /● answers between outages keep it closed/,
  },
  'calls wait for the one that finds out': {
    file: 'lib/process/outside-breaker.ts',
    find: 'return state === CircuitState.HalfOpen || (',
    replace: 'return (',
    tests: ['test/unit/lib/outside-breaker.test.ts'],
    red: /● after a while one call finds out/,
  },
  'a decline opens the breaker before the payment provider': {
    file: 'services/shopping/payment/providers/provider-breaker.ts',
    find: 'return !((cause.statusCode ?? 500) < 500);',
    replace: 'return true;',
    tests: ['test/integration/shopping/stripe-provider.test.ts'],
    red: /● a Stripe that is away › is told from one that declines/,
  },
  'an outage counts towards the parking of a mail': {
    file: 'mixins/due-work/schedule.ts',
    find: 'const isAway = isOutage(cause);',
    replace: 'const isAway = isOutage(null);',
    tests: ['test/unit/customer/mail.test.ts'],
    red: /● a mail that an outage delays/,
  },
};
