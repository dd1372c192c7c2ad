import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { type Movement, unpacked } from './ledger.ts';
import type { Stock } from './stock.ts';

/** A movement with its place in the ledger. */
export interface Entry extends Movement {
  sku: string;
  seq: number;
}

/** So long, in ms, movements gather, so that many are filed by one write. */
const PAUSE = 50;
const BATCH = 1000;
/** After a failure, in ms. */
const RETRY = 1000;
/** SKUs that are kept in mind, and movements that wait; beyond, what is forgotten is found again in the documents. */
const MOST_SKUS = 20_000;
const MOST_WAITING = 50_000;

interface Progress {
  /** Movements up to this number wait here, or are filed. */
  queued: number;
  /** Movements up to this number are in the ledger. */
  filed: number;
}

/** Ends after so many ms, or at once when it is told to. */
type Pause = (ms: number, signal: AbortSignal) => Promise<unknown>;
const wait: Pause = (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined);

/**
 * Copies the movements that stock documents carry to the ledger, many at a time, and knows how far it is with each. All
 * it knows may be lost at any time: the ledger takes each movement once, and what is not known to be filed stays in its
 * document, where readers find it and whoever changes the document next files it.
 */
export class LedgerWriter {
  readonly #append: (entries: Entry[]) => Promise<unknown>;
  readonly #failed: (error: unknown) => void;
  readonly #pause: Pause;
  readonly #progress = new LRUCache<string, Progress>({ max: MOST_SKUS });
  readonly #stop = new AbortController();
  #waiting: Entry[] = [];
  #running: Promise<void> | undefined;

  /** @param append writes entries that are not there yet, durably */
  constructor(append: (entries: Entry[]) => Promise<unknown>, failed: (error: unknown) => void, pause: Pause = wait) {
    this.#append = append;
    this.#failed = failed;
    this.#pause = pause;
  }

  /** Up to which number all movements of a SKU are in the ledger, as far as is known here. */
  filed(sku: string): number {
    return this.#progress.get(sku)?.filed ?? 0;
  }

  /** Takes up what is new in a document that was just written. */
  take({ _id: sku, seq = 0, log = {} }: Pick<Stock, '_id' | 'seq' | 'log'>): void {
    if (this.#waiting.length > MOST_WAITING) this.#forget();
    const { queued, filed } = this.#progress.get(sku) ?? { queued: 0, filed: 0 };
    let first = seq + 1;
    while (first > queued + 1 && Object.hasOwn(log, first - 1)) first -= 1;
    for (let n = first; n <= seq; n++) {
      const text = log[n];
      if (text !== undefined) this.#waiting.push({ ...unpacked(text), sku, seq: n });
    }
    this.#progress.set(sku, { queued: Math.max(queued, seq), filed });
    if (this.#waiting.length === 0 || this.#stop.signal.aborted) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Files what waits, unless that fails. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    await this.#pause(PAUSE, signal);
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      try {
        await this.#append(batch);
        for (const { sku, seq } of batch) this.#file(sku, seq);
      } catch (error) {
        if (signal.aborted) return;
        this.#waiting.unshift(...batch);
        this.#failed(error);
        await this.#pause(RETRY, signal);
      }
    }
  }

  /** Movements of a SKU wait in their order, so that all before this one are filed too. */
  #file(sku: string, seq: number): void {
    const known = this.#progress.get(sku);
    if (known) this.#progress.set(sku, { ...known, filed: Math.max(known.filed, seq) });
  }

  #forget(): void {
    this.#waiting = [];
    this.#progress.clear();
  }
}
