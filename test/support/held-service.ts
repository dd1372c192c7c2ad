import { errors } from '../../services/shared/problems.ts';
import type { Answer, TestShop } from './shop.ts';

/** Takes the place of a service of the shop, and does not answer until it is released: then, that there is nothing. */
export class HeldService {
  readonly #released: Promise<void>;
  release: () => void = () => {};

  private constructor() {
    this.#released = new Promise((resolve) => {
      this.release = resolve;
    });
  }

  static async inPlaceOf(shop: TestShop, name: string, actions: readonly string[]): Promise<HeldService> {
    const held = new HeldService();
    const real = shop.broker.getLocalService(name);
    if (!real) throw new Error(`there is no service ${name} here`);
    await shop.broker.destroyService(real);
    const handler = async () => {
      await held.#released;
      throw errors.notFound();
    };
    const published = { visibility: 'published', handler } as const;
    shop.broker.createService({ name, actions: Object.fromEntries(actions.map((action) => [action, published])) });
    await shop.broker.waitForServices(name);
    return held;
  }
}

/** Clients that ask again as soon as they are answered, until they are stopped. */
export class Flood {
  /** How often each status was answered. */
  readonly counts = new Map<number, number>();
  readonly refusals: Answer[] = [];
  #running = true;
  readonly #clients: Promise<void>[];

  /** @param ask is given a number that no other request has */
  constructor(clients: number, ask: (count: number) => Promise<Answer>) {
    let count = 0;
    this.#clients = Array.from({ length: clients }, async () => {
      while (this.#running) {
        count += 1;
        const answer = await ask(count);
        this.counts.set(answer.status, (this.counts.get(answer.status) ?? 0) + 1);
        if (answer.body.type === '/problems/overloaded') this.refusals.push(answer);
      }
    });
  }

  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#clients);
  }
}
