import type { ActionEndpoint, Context, Middleware, ServiceBroker } from 'moleculer';
import * as moleculer from 'moleculer';
import { type CallOutcome, hasAlternative, isNodeFailure } from './node-failure.ts';

type Handler = (ctx: Context) => Promise<unknown>;
/** The state of Moleculer's circuit breaker for one action on one node. */
interface Circuit {
  state: string;
  ep: ActionEndpoint;
  cbTimer: NodeJS.Timeout | null;
}
interface MoleculerBreaker {
  created(broker: ServiceBroker): void;
  stopped(): void;
  remoteAction(this: ServiceBroker, next: Handler, action: object): Handler;
}
type BreakingBroker = ServiceBroker & { CircuitBreakerStore: Map<string, Circuit> };

// Moleculer's types leave out its own middlewares.
const { CircuitBreaker } = (
  moleculer as unknown as { Middlewares: { CircuitBreaker(b: ServiceBroker): MoleculerBreaker } }
).Middlewares;
/** `half_open_wait` is Moleculer's state while the probe call is under way. */
const STATES: Record<string, 'half-open' | 'open'> = {
  open: 'open',
  half_open: 'half-open',
  half_open_wait: 'half-open',
};
/** After a reconnect to NATS, other nodes connect a moment later; calls until then are lost and not counted. */
const RECONNECT_GRACE_MS = 2000;
const GAUGES = ['opened', 'half-opened'].map((state) => `moleculer.circuit-breaker.${state}.active`);
const TRANSITIONS = ['opened', 'half-opened', 'closed'];

/** Wraps an error that is not the node's failure: the breaker counts it as an answer. */
class CountedAsAnswer {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}

/** Wraps a failure of the node; the breaker calls `isCounted` when it counts it. */
class Failure extends CountedAsAnswer {
  readonly ctx: Context;
  constructor(error: unknown, ctx: Context) {
    super(error);
    this.ctx = ctx;
  }
}

/** Whether a failure is counted; for the option `check`. @see spareLastNode */
export function isCounted(failure: unknown): boolean {
  if (!(failure instanceof Failure)) return false;
  const { type } = failure.error as CallOutcome;
  return type === 'REQUEST_TIMEOUT' || !spareLastNode(failure.ctx.broker as BreakingBroker, failure.ctx);
}

/**
 * Moleculer's circuit breaker, one per action and remote node, with these additions:
 * - it opens only on failures of that node (node-failure.ts), and a refusal closes it like any answer;
 * - it drops the circuits of a node that has left: otherwise a restarted service would count into the old ones;
 * - it drops all circuits after NATS was away: calls to healthy nodes have timed out then.
 * Calls within a process have no breaker: they cannot hang alone, and an open circuit would refuse other nodes' calls.
 */
export function nodeBreaker(): Middleware {
  let inner: MoleculerBreaker | undefined;
  let countedFrom = 0;
  const tripped = new Set<string>();
  return {
    name: 'CircuitBreaker',

    remoteAction(this: ServiceBroker, next: Handler, action: { strategy?: unknown }) {
      // Exactly one node is right for a shard key: with an open circuit, calls would go to a wrong one.
      if (action.strategy === 'Shard') return next;
      const broker = this as BreakingBroker;
      inner ??= CircuitBreaker(broker);
      const judged = async (ctx: Context) => {
        const sentAt = performance.now();
        try {
          const answer = await next(ctx);
          spareLastNode(broker, ctx);
          return answer;
        } catch (error) {
          if (sentAt >= countedFrom && isNodeFailure(error as CallOutcome, ctx)) throw new Failure(error, ctx);
          spareLastNode(broker, ctx);
          return new CountedAsAnswer(error);
        }
      };
      const counted = inner.remoteAction.call(broker, judged, action);
      if (counted === judged) return next; // disabled for this action
      return async (ctx: Context) => {
        resetReplaced(broker, ctx.endpoint as ActionEndpoint, tripped);
        const answer = await counted(ctx).catch((failure) => failure);
        if (answer instanceof CountedAsAnswer) throw answer.error;
        return answer;
      };
    },

    created(broker: ServiceBroker) {
      inner ??= CircuitBreaker(broker);
      inner.created(broker);
      for (const transition of TRANSITIONS) {
        broker.localBus.on(`$circuit-breaker.${transition}`, ({ nodeID, action, failures, count }) => {
          broker.logger.warn(`circuit breaker of ${action} on ${nodeID} ${transition}`, { failures, count });
          if (transition === 'opened') tripped.add(`${nodeID}:${action}`);
        });
      }
      broker.localBus.on('$node.disconnected', ({ node }: { node: { id: string } }) =>
        resetCircuits(broker as BreakingBroker, ({ ep }) => ep.id === node.id),
      );
    },

    async started(broker: ServiceBroker) {
      const client = (broker.transit?.tx as { client?: { status?(): AsyncIterable<{ type: string }> } })?.client;
      if (!client?.status) return;
      void (async () => {
        for await (const { type } of client.status?.() ?? []) {
          if (type !== 'reconnect') continue;
          countedFrom = performance.now() + RECONNECT_GRACE_MS;
          resetCircuits(broker as BreakingBroker, () => true);
        }
      })();
    },

    async stopped() {
      inner?.stopped();
    },
  } as Middleware;
}

/** The open and half-open circuits of a node; `target` is `<node>:<action>`. */
export function trippedCircuits(broker: ServiceBroker): { target: string; state: 'half-open' | 'open' }[] {
  const circuits = [...((broker as BreakingBroker).CircuitBreakerStore ?? [])];
  return circuits.flatMap(([target, { state: name }]) => {
    const state = STATES[name];
    return state ? [{ target, state }] : [];
  });
}

/**
 * Clears the counts of the last node that offers an action, after each answer, even a failed one: its circuit opens only
 * on time-outs. A failure on every node is caused by the request or the database, and refusing all calls would make it
 * worse.
 * @returns whether it is the last node
 */
function spareLastNode({ CircuitBreakerStore }: BreakingBroker, ctx: Context): boolean {
  if (hasAlternative(ctx)) return false;
  const circuit = CircuitBreakerStore?.get((ctx.endpoint as ActionEndpoint).name);
  if (circuit) Object.assign(circuit, { count: 0, failures: 0 });
  return true;
}

/**
 * Drops the circuit of an endpoint whose service was restarted since. Also reports a circuit as closed that Moleculer has
 * dropped in the half-open state, after two windows without a call.
 * @param tripped names of the circuits that the metrics show as open or half open
 */
function resetReplaced(broker: BreakingBroker, endpoint: ActionEndpoint, tripped: Set<string>): void {
  const known = broker.CircuitBreakerStore?.get(endpoint.name);
  if (known && known.ep !== endpoint) resetCircuits(broker, (circuit) => circuit === known);
  if (!known && tripped.delete(endpoint.name)) reportClosed(broker, endpoint);
}

function resetCircuits(broker: BreakingBroker, isSelected: (circuit: Circuit) => boolean): void {
  for (const [name, circuit] of broker.CircuitBreakerStore ?? []) {
    if (!isSelected(circuit)) continue;
    if (circuit.cbTimer) clearTimeout(circuit.cbTimer);
    circuit.ep.state = true;
    broker.CircuitBreakerStore.delete(name);
    reportClosed(broker, circuit.ep);
  }
}

function reportClosed({ metrics }: BreakingBroker, { id: affectedNodeID, action: { name } }: ActionEndpoint): void {
  const [service] = String(name).split(/\.(?=[^.]*$)/);
  for (const gauge of GAUGES) metrics.set(gauge, 0, { affectedNodeID, service, action: name });
}
