/**
 * A coalescing queue: it keeps only the newest value of each key, and works in batches, in order of arrival. The first
 * batch starts at once. Changes may arrive faster than they are processed.
 */
export class Backlog<V> {
  readonly #maxBatch: number;
  readonly #work: (batch: ReadonlyMap<string, V>) => Promise<void>;
  #waiting = new Map<string, V>();
  #isWorking = false;

  /** @param work takes at most `maxBatch` entries; a batch on which it throws is lost */
  constructor(maxBatch: number, work: (batch: ReadonlyMap<string, V>) => Promise<void>) {
    this.#maxBatch = maxBatch;
    this.#work = work;
  }

  /** Resolves when the queue is empty, or at once while it is already running. @throws the error of `work`; the rest waits for the next `add` */
  async add(key: string, value: V): Promise<void> {
    this.#waiting.set(key, value);
    if (this.#isWorking) return;
    this.#isWorking = true;
    try {
      while (this.#waiting.size > 0) await this.#work(this.#take());
    } finally {
      this.#isWorking = false;
    }
  }

  #take(): Map<string, V> {
    const batch = new Map([...this.#waiting].slice(0, this.#maxBatch));
    for (const key of batch.keys()) this.#waiting.delete(key);
    return batch;
  }
}
