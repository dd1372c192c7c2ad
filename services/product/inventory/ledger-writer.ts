import { setTimeout } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { type Movement, unpackMovement } from './ledger.ts';
import type { Stock } from './stock.ts';

/** A movement with its place in the ledger. */
export interface MovementEntry extends Movement {
  sku: string;
  seq: number;
}

/** Movements gather for this long, so that one write files many of them. */
const GATHERING_MS = 50;
const MAX_ENTRIES_PER_APPEND = 1000;
const RETRY_DELAY_MS = 1000;
/** Beyond these two limits, progress is forgotten; the stock documents still have the movements. */
const MAX_TRACKED_SKUS = 20_000;
const MAX_WAITING_ENTRIES = 50_000;

interface Progress {
  /** Movements up to this number wait here or are in the ledger. */
  queued: number;
  /** Movements up to this number are in the ledger. */
  filed: number;
}

/** Resolves after `ms`, or when aborted. */
type Sleep = (ms: number, signal: AbortSignal) => Promise<unknown>;
const abortableSleep: Sleep = (ms, signal) => setTimeout(ms, undefined, { signal }).catch(() => undefined);

/**
 * Copies movements from stock documents to the ledger, in batches, and remembers the progress of each SKU. The memory
 * may be lost at any time: the ledger stores each movement once, and a movement stays in its stock document, where
 * readers find it, until this writer knows that it is filed. The next change of the document files it again.
 */
export class LedgerWriter {
  readonly #append: (entries: MovementEntry[]) => Promise<unknown>;
  readonly #onFailure: (error: unknown) => void;
  readonly #sleep: Sleep;
  readonly #progress = new LRUCache<string, Progress>({ max: MAX_TRACKED_SKUS });
  readonly #stop = new AbortController();
  #waiting: MovementEntry[] = [];
  #running: Promise<void> | undefined;

  /** @param append writes entries durably; entries that exist already are skipped */
  constructor(
    append: (entries: MovementEntry[]) => Promise<unknown>,
    onFailure: (error: unknown) => void,
    sleep: Sleep = abortableSleep,
  ) {
    this.#append = append;
    this.#onFailure = onFailure;
    this.#sleep = sleep;
  }

  /** All movements of a SKU up to this number are known to be in the ledger. */
  filedThrough(sku: string): number {
    return this.#progress.get(sku)?.filed ?? 0;
  }

  /** Queues the new movements of a stock document that was just written. */
  enqueueNew({ _id: sku, seq = 0, log = {} }: Pick<Stock, '_id' | 'seq' | 'log'>): void {
    if (this.#waiting.length > MAX_WAITING_ENTRIES) this.#reset();
    const { queued, filed } = this.#progress.get(sku) ?? { queued: 0, filed: 0 };
    let first = seq + 1;
    while (first > queued + 1 && Object.hasOwn(log, first - 1)) first -= 1;
    for (let n = first; n <= seq; n++) {
      const text = log[n];
      if (text !== undefined) this.#waiting.push({ ...unpackMovement(text), sku, seq: n });
    }
    this.#progress.set(sku, { queued: Math.max(queued, seq), filed });
    if (this.#waiting.length === 0 || this.#stop.signal.aborted) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Files the waiting movements, in one attempt. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    await this.#sleep(GATHERING_MS, signal);
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_ENTRIES_PER_APPEND);
      try {
        await this.#append(batch);
        for (const { sku, seq } of batch) this.#markFiled(sku, seq);
      } catch (error) {
        if (signal.aborted) return;
        this.#waiting.unshift(...batch);
        this.#onFailure(error);
        await this.#sleep(RETRY_DELAY_MS, signal);
      }
    }
  }

  /** The movements of a SKU wait in order, so all earlier ones are filed too. */
  #markFiled(sku: string, seq: number): void {
    const known = this.#progress.get(sku);
    if (known) this.#progress.set(sku, { ...known, filed: Math.max(known.filed, seq) });
  }

  #reset(): void {
    this.#waiting = [];
    this.#progress.clear();
  }
}
