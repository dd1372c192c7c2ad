import type { ActionEndpoint, Context, Middleware, ServiceBroker } from 'moleculer';
import * as moleculer from 'moleculer';
import { type CallOutcome, hasAlternative, isNodeFailure } from './node-failure.ts';

type Handler = (ctx: Context) => Promise<unknown>;
/** Of one action on one node, as Moleculer's circuit breaker keeps it. */
interface Circuit {
  state: string;
  ep: ActionEndpoint;
  cbTimer: NodeJS.Timeout | null;
}
interface StockBreaker {
  created(broker: ServiceBroker): void;
  stopped(): void;
  remoteAction(this: ServiceBroker, next: Handler, action: object): Handler;
}
type BreakingBroker = ServiceBroker & { CircuitBreakerStore: Map<string, Circuit> };

// Moleculer's types leave out its own middlewares.
const { CircuitBreaker } = (moleculer as unknown as { Middlewares: { CircuitBreaker(b: ServiceBroker): StockBreaker } })
  .Middlewares;
/** Moleculer's state of a circuit while a call finds out (`half_open_wait`) is half open too. */
const STATES: Record<string, 'half-open' | 'open'> = {
  open: 'open',
  half_open: 'half-open',
  half_open_wait: 'half-open',
};
/** After NATS was away: other nodes connect again a moment later, and calls until then are lost. */
const RECONNECT_GRACE_MS = 2000;
const GAUGES = ['opened', 'half-opened'].map((state) => `moleculer.circuit-breaker.${state}.active`);
const TRANSITIONS = ['opened', 'half-opened', 'closed'];

/** An error that says nothing against the node: the breaker counts it like any other answer. */
class Answered {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}

/** An error that does; the breaker asks `isCounted` in the moment when it counts. */
class Failure extends Answered {
  readonly ctx: Context;
  constructor(error: unknown, ctx: Context) {
    super(error);
    this.ctx = ctx;
  }
}

/** For the option `check`: whether a failure is counted. @see keepLast */
export function isCounted(failure: unknown): boolean {
  if (!(failure instanceof Failure)) return false;
  const { type } = failure.error as CallOutcome;
  return type === 'REQUEST_TIMEOUT' || !keepLast(failure.ctx.broker as BreakingBroker, failure.ctx);
}

/**
 * Moleculer's circuit breaker, one for each action on each other node, with what it lacks:
 * - it opens on failures of that node alone (lib/cluster/node-failure.ts), and a refusal closes it as any answer does;
 * - it forgets a node that has left, or the counts of a service that was started anew would go to one that is gone;
 * - it forgets all when NATS was away: then calls to healthy nodes timed out.
 * Calls within a process have none: they cannot hang alone, and an open circuit there would refuse other nodes' calls.
 */
export function nodeBreaker(): Middleware {
  let stock: StockBreaker | undefined;
  let countedFrom = 0;
  const tripped = new Set<string>();
  return {
    name: 'CircuitBreaker',

    remoteAction(this: ServiceBroker, next: Handler, action: { strategy?: unknown }) {
      // One node is the right one for a key: calls would only go to the wrong ones.
      if (action.strategy === 'Shard') return next;
      const broker = this as BreakingBroker;
      stock ??= CircuitBreaker(broker);
      const judged = async (ctx: Context) => {
        const sentAt = performance.now();
        try {
          const answer = await next(ctx);
          keepLast(broker, ctx);
          return answer;
        } catch (error) {
          if (sentAt >= countedFrom && isNodeFailure(error as CallOutcome, ctx)) throw new Failure(error, ctx);
          keepLast(broker, ctx);
          return new Answered(error);
        }
      };
      const counted = stock.remoteAction.call(broker, judged, action);
      if (counted === judged) return next; // switched off for this action
      return async (ctx: Context) => {
        forgetReplaced(broker, ctx.endpoint as ActionEndpoint, tripped);
        const answer = await counted(ctx).catch((failure) => failure);
        if (answer instanceof Answered) throw answer.error;
        return answer;
      };
    },

    created(broker: ServiceBroker) {
      stock ??= CircuitBreaker(broker);
      stock.created(broker);
      for (const transition of TRANSITIONS) {
        broker.localBus.on(`$circuit-breaker.${transition}`, ({ nodeID, action, failures, count }) => {
          broker.logger.warn(`circuit breaker of ${action} on ${nodeID} ${transition}`, { failures, count });
          if (transition === 'opened') tripped.add(`${nodeID}:${action}`);
        });
      }
      broker.localBus.on('$node.disconnected', ({ node }: { node: { id: string } }) =>
        forget(broker as BreakingBroker, ({ ep }) => ep.id === node.id),
      );
    },

    async started(broker: ServiceBroker) {
      const client = (broker.transit?.tx as { client?: { status?(): AsyncIterable<{ type: string }> } })?.client;
      if (!client?.status) return;
      void (async () => {
        for await (const { type } of client.status?.() ?? []) {
          if (type !== 'reconnect') continue;
          countedFrom = performance.now() + RECONNECT_GRACE_MS;
          forget(broker as BreakingBroker, () => true);
        }
      })();
    },

    async stopped() {
      stock?.stopped();
    },
  } as Middleware;
}

/** The circuits of a node that are not closed; `target` is `<node>:<action>`. */
export function trippedCircuits(broker: ServiceBroker): { target: string; state: 'half-open' | 'open' }[] {
  const circuits = [...((broker as BreakingBroker).CircuitBreakerStore ?? [])];
  return circuits.flatMap(([target, { state: name }]) => {
    const state = STATES[name];
    return state ? [{ target, state }] : [];
  });
}

/**
 * The last node that has an action is given up only when it falls silent: each answer clears its counts. What fails on
 * every node is the request's doing, or the database's, and to refuse everything would fail more.
 * @returns whether it is the last
 */
function keepLast({ CircuitBreakerStore }: BreakingBroker, ctx: Context): boolean {
  if (hasAlternative(ctx)) return false;
  const circuit = CircuitBreakerStore?.get((ctx.endpoint as ActionEndpoint).name);
  if (circuit) Object.assign(circuit, { count: 0, failures: 0 });
  return true;
}

/**
 * Forgets the circuit of the same action of the same node, when its service was started anew since; and shows one as
 * closed that Moleculer has dropped, half open, after two windows without a call.
 * @param tripped the names of those that operators see as open or half open
 */
function forgetReplaced(broker: BreakingBroker, endpoint: ActionEndpoint, tripped: Set<string>): void {
  const known = broker.CircuitBreakerStore?.get(endpoint.name);
  if (known && known.ep !== endpoint) forget(broker, (circuit) => circuit === known);
  if (!known && tripped.delete(endpoint.name)) showClosed(broker, endpoint);
}

function forget(broker: BreakingBroker, isMeant: (circuit: Circuit) => boolean): void {
  for (const [name, circuit] of broker.CircuitBreakerStore ?? []) {
    if (!isMeant(circuit)) continue;
    if (circuit.cbTimer) clearTimeout(circuit.cbTimer);
    circuit.ep.state = true;
    broker.CircuitBreakerStore.delete(name);
    showClosed(broker, circuit.ep);
  }
}

function showClosed({ metrics }: BreakingBroker, { id: affectedNodeID, action: { name } }: ActionEndpoint): void {
  const [service] = String(name).split(/\.(?=[^.]*$)/);
  for (const gauge of GAUGES) metrics.set(gauge, 0, { affectedNodeID, service, action: name });
}
