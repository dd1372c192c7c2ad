import { setTimeout as sleep } from 'node:timers/promises';
import Stripe from 'stripe';
import { newStripeId } from './stripe-shapes.ts';

const RETRY_MS = 50;

export interface SentEvent {
  id: string;
  object: 'event';
  type: string;
  data: { object: object };
}

/** Makes events, signs them, and sends them to the shop until it takes them. */
export class WebhookSender {
  readonly events: SentEvent[] = [];
  #endpoint: { url: string; secret: string } | undefined;
  readonly #stopping = new AbortController();
  readonly #sending = new Set<Promise<void>>();

  /** Sends each event from now on. */
  sendTo(url: string, secret: string): void {
    this.#endpoint = { url, secret };
  }

  emit(type: string, object: object): void {
    const event: SentEvent = {
      ...{ id: newStripeId('evt'), object: 'event', type, data: { object: structuredClone(object) } },
      ...{ api_version: Stripe.API_VERSION, created: Math.floor(Date.now() / 1000), livemode: false },
    };
    this.events.push(event);
    if (!this.#endpoint) return;
    const sending = this.#sendUntilTaken(event).finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  /** Sends an event once. @returns the status of the shop's response */
  async send(event: SentEvent): Promise<number> {
    if (!this.#endpoint) throw new Error('there is no endpoint');
    const { url, secret } = this.#endpoint;
    const payload = JSON.stringify(event);
    const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret });
    const headers = { 'content-type': 'application/json', 'stripe-signature': signature };
    const answer = await fetch(url, { method: 'POST', headers, body: payload, signal: this.#stopping.signal });
    await answer.arrayBuffer();
    return answer.status;
  }

  async #sendUntilTaken(event: SentEvent): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const status = await this.send(event).catch(() => 0);
      if (status >= 200 && status < 300) return;
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#sending);
  }
}
