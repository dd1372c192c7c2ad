import { channel } from 'node:diagnostics_channel';
import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import type { BreakerSettings } from '../cluster/breaker-settings.ts';
import { protocolErrors } from '../contract/errors.ts';

/** A server outside this system: its label in metrics and logs, and its name in error details. */
export interface OutsideServer {
  label: string;
  name: string;
}

export interface BreakerChange {
  label: string;
  state: 'closed' | 'half-open' | 'open';
}

/** All outside breakers of this process publish their state changes here, as `BreakerChange`. */
export const breakerChanges = channel('outside-breaker');

/** Current states of the outside breakers of this process, by label. */
export const outsideStates = new Map<string, BreakerChange['state']>();

/** An error that is an answer: the server works. */
interface Refusal {
  refusal: unknown;
}

/**
 * The circuit breaker of an outside server. After `minRequests` outages in a row it opens: calls fail at once with
 * `unavailable` and are not sent. After `halfOpenMs` one probe call is sent, while others still fail; its outcome closes
 * the breaker, or keeps it open for the same time again.
 */
export class OutsideBreaker {
  readonly #server: OutsideServer;
  readonly #settings: BreakerSettings;
  readonly #isOutage: (error: unknown) => boolean;
  readonly #policy;
  #probeAt = 0;

  /** @param isOutage whether an error means that the server is unreachable or broken; other errors are answers */
  constructor(server: OutsideServer, settings: BreakerSettings, isOutage: (error: unknown) => boolean) {
    this.#server = server;
    this.#settings = settings;
    this.#isOutage = isOutage;
    this.#policy = circuitBreaker(handleAll, {
      halfOpenAfter: settings.halfOpenMs,
      breaker: new ConsecutiveBreaker(settings.minRequests),
    });
    outsideStates.set(server.label, 'closed');
    this.#policy.onBreak(() => {
      this.#probeAt = Date.now() + settings.halfOpenMs;
      this.#publish('open');
    });
    this.#policy.onHalfOpen(() => this.#publish('half-open'));
    this.#policy.onReset(() => this.#publish('closed'));
  }

  /** Whether a call would be refused now. */
  get isOpen(): boolean {
    const { state } = this.#policy;
    // During the probe call, other calls would wait for it; a server that hangs would block them all.
    return state === CircuitState.HalfOpen || (state === CircuitState.Open && Date.now() < this.#probeAt);
  }

  /** @throws unavailable while a call would be refused */
  refuseWhileOpen(): void {
    if (this.isOpen) throw this.#unavailable();
  }

  /** @throws what `send` throws; `unavailable` without calling it while open */
  async run<R>(send: () => Promise<R>): Promise<R> {
    if (!this.#settings.enabled) return send();
    this.refuseWhileOpen();
    const outcome = await this.#policy.execute(() => this.#outcomeOf(send));
    if ('refusal' in outcome) throw outcome.refusal;
    return outcome.answer;
  }

  async #outcomeOf<R>(send: () => Promise<R>): Promise<{ answer: R } | Refusal> {
    try {
      return { answer: await send() };
    } catch (error) {
      if (this.#isOutage(error)) throw error;
      return { refusal: error };
    }
  }

  #unavailable = () => protocolErrors.unavailable(`The ${this.#server.name} cannot be reached right now.`);

  #publish(state: BreakerChange['state']): void {
    outsideStates.set(this.#server.label, state);
    breakerChanges.publish({ label: this.#server.label, state } satisfies BreakerChange);
  }
}
