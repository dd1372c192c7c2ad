import { LRUCache } from 'lru-cache';
import type { Events } from '../../../lib/contract/contract.ts';
import { chunksOf } from '../../../lib/process/concurrency.ts';
import { availabilityOf } from './availability.ts';

type Level = Events['inventory.changed']['levels'][number];

const WINDOW_MS = 100;
/** Further levels of a window are sent together at its end. */
const MAX_SINGLE_LEVELS_PER_WINDOW = 4;
const MAX_LEVELS_PER_MESSAGE = 500;
const MAX_REMEMBERED_SKUS = 10_000;

/**
 * Sends the stock levels that make a difference to shoppers, who see an availability and no numbers: the first few of a
 * window at once, the rest in batches. So most orders send nothing. Catch-up reads the numbers.
 */
export class LevelAnnouncer {
  readonly #send: (levels: Level[]) => void;
  readonly #lastSent = new LRUCache<string, string>({ max: MAX_REMEMBERED_SKUS });
  /** The newest level of each SKU that waits for the end of the window. */
  readonly #pending = new Map<string, Level>();
  #countInWindow = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (levels: Level[]) => void) {
    this.#send = send;
  }

  announce(level: Level): void {
    if (this.#lastSent.get(level.sku) === contentOf(level)) return;
    this.#lastSent.set(level.sku, contentOf(level));
    this.#timer ??= setTimeout(() => this.#endWindow(), WINDOW_MS).unref();
    this.#countInWindow += 1;
    if (this.#countInWindow <= MAX_SINGLE_LEVELS_PER_WINDOW) this.#send([level]);
    else this.#pending.set(level.sku, level);
  }

  /** Takes note of levels that a node has sent: another one may have changed the stock of these SKUs meanwhile. */
  noteSent(levels: readonly Level[]): void {
    for (const level of levels) this.#lastSent.set(level.sku, contentOf(level));
  }

  #endWindow(): void {
    this.#timer = undefined;
    this.#countInWindow = 0;
    for (const levels of chunksOf([...this.#pending.values()], MAX_LEVELS_PER_MESSAGE)) this.#send(levels);
    this.#pending.clear();
  }
}

const contentOf = (level: Level): string => `${availabilityOf(level)} ${level.lowAt} ${level.productId}`;
