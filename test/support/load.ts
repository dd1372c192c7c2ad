import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ADDRESS, type Answer, request, type Shopper } from './shop.ts';

/** A request that was not answered as it should have been. */
export interface Failure {
  /** Ms since the epoch. */
  at: number;
  what: string;
}

/** Clients that read products, one request after the other each, until they are stopped. */
export class Readers {
  reads = 0;
  failures: Failure[] = [];
  #running = true;
  readonly #clients: Promise<void>[];

  constructor(url: string, ids: readonly string[], clients: number) {
    this.#clients = Array.from({ length: clients }, async (_, client) => {
      for (let i = client; this.#running; i += clients) {
        const what = await failureOf(() => request(url, `GET /v1/products/${ids[i % ids.length]}`), 200);
        this.reads++;
        if (what) this.failures.push({ at: Date.now(), what });
      }
    });
  }

  /** Begins to count anew. */
  reset(): void {
    this.reads = 0;
    this.failures = [];
  }

  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#clients);
  }
}

/** An order that a customer was told of. */
export interface Acknowledged {
  shopper: Shopper;
  id: string;
  key: string;
}

/** Customers who order one thing after the other, and repeat a request with its key until it has an answer. */
export class Buyers {
  readonly acknowledged: Acknowledged[] = [];
  readonly unexpected: string[] = [];
  #running = true;
  readonly #clients: Promise<void>[];

  constructor(shoppers: readonly Shopper[], skus: readonly string[]) {
    this.#clients = shoppers.map(async (shopper, client) => {
      for (let i = client; this.#running; i += shoppers.length) {
        await insist(() => shopper.put(skus[i % skus.length] as string, 1 + (i % 3)));
        const key = randomUUID();
        const { status, body } = await insist(() => shopper.order(key));
        if (status === 201) this.acknowledged.push({ shopper, id: body.id, key });
        else this.unexpected.push(`${status} ${JSON.stringify(body)}`);
      }
    });
  }

  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#clients);
  }
}

/** Repeats a request while it is not known how it ended, as a good front end does. */
async function insist(ask: () => Promise<Answer>): Promise<Answer> {
  for (const deadline = Date.now() + 60_000; ; ) {
    const answer = await ask().catch(() => undefined);
    const open = !answer || answer.status >= 500 || answer.status === 202 || answer.body?.type === RUNNING;
    if (answer && !open) return answer;
    if (Date.now() > deadline) throw new Error(`no answer for 60 s, last ${JSON.stringify(answer?.body)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const RUNNING = '/problems/request-in-progress';

/**
 * Orders what is in the cart, by one key, as a front end does that goes by the answers: it waits as long as it is told,
 * and asks again until it knows.
 * @param seen takes every answer
 */
export async function orderAsTold(shopper: Shopper, key: string = randomUUID(), seen: Answer[] = []): Promise<Answer> {
  for (;;) {
    const answer = await shopper.ask('POST /v1/orders', { address: ADDRESS }, { 'idempotency-key': key });
    seen.push(answer);
    const { status, headers, body } = answer;
    const isOpen = status === 202 || status === 503 || body.type === RUNNING;
    if (!isOpen) return answer;
    const seconds = Number(headers.get('retry-after') ?? (status === 202 ? 1 : Number.NaN));
    if (!(seconds >= 1)) throw new Error(`${status} ${JSON.stringify(body)} does not say when to come back`);
    await sleep(1000 * seconds);
  }
}

async function failureOf(ask: () => Promise<Answer>, expected: number): Promise<string | undefined> {
  try {
    const { status, body } = await ask();
    return status === expected ? undefined : `${status} ${JSON.stringify(body)}`;
  } catch (error) {
    return String((error as Error).cause ?? error);
  }
}
