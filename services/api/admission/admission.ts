import type { ServerResponse } from 'node:http';
import type { ServiceBroker } from 'moleculer';
import { type Clock, systemClock } from '../../../lib/admission/clock.ts';
import { Refusal, RequestGate } from '../../../lib/admission/request-gate.ts';
import { clientNetwork } from '../../../lib/process/client-address.ts';
import { errors } from '../../shared/problems.ts';
import { identify } from '../http/authenticate.ts';
import { problemOf } from '../http/problem.ts';
import type { Access, Request } from '../http/request.ts';
import type { Route } from '../http/routes.ts';
import { AdmissionMetrics } from './admission-metrics.ts';
import { Arrivals } from './arrivals.ts';
import { CLASS_LIMITS, type LoadClass, loadClassOf } from './load-class.ts';
import { LoopDelay } from './loop-delay.ts';

/** Maximum limit of a class, however fast its requests are answered. */
const MAX_CONCURRENCY = 512;

/**
 * Admits the requests that this gateway can finish, each load class by its own adaptive limit, and refuses the rest before
 * any work is done: a refused request has changed nothing, and can be sent again as it is.
 */
export class Admission {
  readonly arrivals = new Arrivals();
  readonly #gates = new Map<LoadClass, RequestGate>();
  readonly #classOf: ReadonlyMap<string, LoadClass>;
  readonly #access: Access;
  readonly #metrics: AdmissionMetrics;
  readonly #loopDelay = new LoopDelay();

  /** @param minConcurrency the smallest limit of checkouts; the other classes have a share of it */
  constructor(
    routes: readonly Route[],
    access: Access,
    minConcurrency: number,
    broker: ServiceBroker,
    clock: Clock = systemClock,
  ) {
    this.#classOf = new Map(routes.map((route) => [route.action, loadClassOf(route)]));
    this.#access = access;
    this.#metrics = new AdmissionMetrics(broker);
    const shared = { clock, random: Math.random, loopDelay: () => this.#loopDelay.meanMs() };
    for (const [name, { share, targetMs, loopDelayMs }] of CLASS_LIMITS) {
      const min = Math.max(1, Math.round(share * minConcurrency));
      const gate = new RequestGate({ min, max: Math.max(min, MAX_CONCURRENCY), targetMs, loopDelayMs, ...shared });
      this.#gates.set(name, gate);
      this.#metrics.report(name, gate);
    }
  }

  /** Decides on a request before its body is read. @throws overloaded */
  arrive(req: Request): void {
    const { route } = req;
    const name = route && this.#classOf.get(route.action);
    const gate = name && this.#gates.get(name);
    if (!gate) return;
    // By network, as for rate limits: each address of an IPv6 network would have an appointment of its own.
    const arrival = gate.arrive(identify(req, this.#access)?.id ?? clientNetwork(this.#access.addressOf(req)));
    if (arrival instanceof Refusal) throw this.#refused(name, arrival);
    req.admission = { name, gate, arrival };
  }

  /**
   * Runs the action of a request when its turn comes, and counts it as in flight until the action has answered: the time in
   * which the client reads the response is not a load.
   * @throws overloaded, and then the action was not run
   */
  async run<R>(req: Request, res: ServerResponse, action: (waited: boolean) => Promise<R>): Promise<R> {
    if (!req.admission) return action(false);
    const { name, gate, arrival } = req.admission;
    const admitted = await gate.enter(arrival, (leave) => res.once('close', leave));
    if (admitted instanceof Refusal) throw this.#refused(name, admitted);
    this.#metrics.report(name, gate);
    const route = req.route?.action ?? '';
    try {
      // An action that computes blocks the event loop: all arrivals are counted before the first action begins.
      await this.arrivals.seen();
      const result = await action(admitted.waited);
      admitted.end(route, false);
      return result;
    } catch (error) {
      admitted.end(route, problemOf(error, '').problem.status >= 500);
      throw error;
    } finally {
      this.#metrics.report(name, gate);
    }
  }

  stop(): void {
    this.#loopDelay.stop();
  }

  #refused(name: LoadClass, { retryAfter }: Refusal): Error {
    this.#metrics.refused(name);
    return errors.overloaded(retryAfter);
  }
}
