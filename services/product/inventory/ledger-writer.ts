import { setTimeout } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { MAX_MOVEMENTS_PER_BLOCK, type MovementBlock } from './movement-block.ts';
import type { Stock } from './stock.ts';

/** A SKU's movements are filed once its document has this many. Each costs a little with every write of the document. */
const MOVEMENTS_TO_FILE = 20;
/** Blocks gather for this long, so that one write files those of many SKUs, */
const GATHERING_MS = 1000;
/** unless there are this many movements already, as when one SKU sells fast. */
const MAX_GATHERED_MOVEMENTS = 50;
const MAX_BLOCKS_PER_APPEND = 1000;
const RETRY_DELAY_MS = 1000;
/** Beyond these two limits, progress is forgotten; the stock documents still have the movements. */
const MAX_TRACKED_SKUS = 20_000;
const MAX_WAITING_MOVEMENTS = 50_000;

interface Progress {
  /** Movements up to this number wait here or are in the ledger. */
  queued: number;
  /** Movements up to this number are in the ledger. */
  filed: number;
}

/** Resolves after `ms`, or when aborted. */
type Sleep = (ms: number, signal: AbortSignal) => Promise<unknown>;
const abortableSleep: Sleep = (ms, signal) => setTimeout(ms, undefined, { signal }).catch(() => undefined);

interface Options {
  sleep?: Sleep;
  movementsToFile?: number;
}

/**
 * Copies movements from stock documents to the ledger, in blocks, and remembers the progress of each SKU. The memory may
 * be lost at any time: readers of the ledger take each movement once, and a movement stays in its stock document, where
 * they find it, until this writer knows that it is filed. A later change of the document files it again.
 */
export class LedgerWriter {
  readonly #append: (blocks: MovementBlock[]) => Promise<unknown>;
  readonly #onFailure: (error: unknown) => void;
  readonly #sleep: Sleep;
  readonly #movementsToFile: number;
  readonly #progress = new LRUCache<string, Progress>({ max: MAX_TRACKED_SKUS });
  readonly #stop = new AbortController();
  /** Ends the gathering. */
  #enough = new AbortController();
  #waiting: MovementBlock[] = [];
  #waitingMovements = 0;
  #running: Promise<void> | undefined;

  /** @param append writes blocks durably; blocks that exist already are skipped */
  constructor(
    append: (blocks: MovementBlock[]) => Promise<unknown>,
    onFailure: (error: unknown) => void,
    { sleep = abortableSleep, movementsToFile = MOVEMENTS_TO_FILE }: Options = {},
  ) {
    this.#append = append;
    this.#onFailure = onFailure;
    this.#sleep = sleep;
    this.#movementsToFile = movementsToFile;
  }

  /** All movements of a SKU up to this number are known to be in the ledger. */
  filedThrough(sku: string): number {
    return this.#progress.get(sku)?.filed ?? 0;
  }

  /** Queues the new movements of a stock document that was just written, if there are enough. */
  enqueueNew({ _id: sku, seq = 0, log = {} }: Pick<Stock, '_id' | 'seq' | 'log'>): void {
    if (this.#waitingMovements > MAX_WAITING_MOVEMENTS) this.#reset();
    const { queued, filed } = this.#progress.get(sku) ?? { queued: 0, filed: 0 };
    let last = queued;
    if (seq - queued >= this.#movementsToFile) {
      let first = seq + 1;
      while (first > queued + 1 && Object.hasOwn(log, first - 1)) first -= 1;
      if (seq - first + 1 >= this.#movementsToFile) {
        for (; first <= seq; first += MAX_MOVEMENTS_PER_BLOCK)
          this.#push(blockOf(sku, log, first, Math.min(seq, first + MAX_MOVEMENTS_PER_BLOCK - 1)));
        last = seq;
      }
    }
    if (last > queued) this.#progress.set(sku, { queued: last, filed });
    if (this.#waiting.length === 0 || this.#stop.signal.aborted) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  #push(block: MovementBlock): void {
    this.#waiting.push(block);
    this.#waitingMovements += block.movements.length;
    if (this.#waitingMovements >= MAX_GATHERED_MOVEMENTS) this.#enough.abort();
  }

  /** Files the waiting blocks, in one attempt. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#enough.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    await this.#sleep(GATHERING_MS, this.#enough.signal);
    this.#enough = new AbortController();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_BLOCKS_PER_APPEND);
      const count = batch.reduce((sum, { movements }) => sum + movements.length, 0);
      this.#waitingMovements -= count;
      try {
        await this.#append(batch);
        for (const { sku, seq } of batch) this.#markFiled(sku, seq);
      } catch (error) {
        if (signal.aborted) return;
        this.#waiting.unshift(...batch);
        this.#waitingMovements += count;
        this.#onFailure(error);
        await this.#sleep(RETRY_DELAY_MS, signal);
      }
    }
  }

  /** The blocks of a SKU wait in order, so all earlier movements are filed too. */
  #markFiled(sku: string, seq: number): void {
    const known = this.#progress.get(sku);
    if (known) this.#progress.set(sku, { ...known, filed: Math.max(known.filed, seq) });
  }

  #reset(): void {
    this.#waiting = [];
    this.#waitingMovements = 0;
    this.#progress.clear();
  }
}

function blockOf(sku: string, log: NonNullable<Stock['log']>, first: number, last: number): MovementBlock {
  const movements: string[] = [];
  for (let seq = first; seq <= last; seq++) movements.push(log[seq] ?? '');
  return { sku, seq: last, movements };
}
