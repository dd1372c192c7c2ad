import { LRUCache } from 'lru-cache';
import type { Events } from '../../../lib/contract/contract.ts';

type Level = Events['inventory.changed']['levels'][number];

/** Within this time, in ms, only the first few changes are told one by one. */
const WINDOW = 100;
const AT_ONCE = 4;
/** So many fit into one message. */
const MAX_LEVELS_TOGETHER = 500;

/**
 * Tells of changed stock levels: a few at once, so that a shopper sees what they have just bought, and a flood of them
 * together. A SKU whose level has not changed since it was last told of is not worth a word: a sale only moves stock
 * from reserved to sold.
 */
export class Announcer {
  readonly #tell: (levels: Level[]) => void;
  readonly #told = new LRUCache<string, string>({ max: 10_000 });
  readonly #waiting = new Map<string, Level>();
  #inWindow = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(tell: (levels: Level[]) => void) {
    this.#tell = tell;
  }

  say(level: Level): void {
    const told = `${level.available} ${level.lowAt} ${level.productId}`;
    if (this.#told.get(level.sku) === told) return;
    this.#told.set(level.sku, told);
    this.#timer ??= setTimeout(() => this.#flush(), WINDOW).unref();
    this.#inWindow += 1;
    if (this.#inWindow <= AT_ONCE) this.#tell([level]);
    else this.#waiting.set(level.sku, level);
  }

  #flush(): void {
    this.#timer = undefined;
    this.#inWindow = 0;
    const levels = [...this.#waiting.values()];
    for (let at = 0; at < levels.length; at += MAX_LEVELS_TOGETHER)
      this.#tell(levels.slice(at, at + MAX_LEVELS_TOGETHER));
    this.#waiting.clear();
  }
}
