/**
 * What has to be worked off and may come faster than that: of each key only the newest, in the order in which they
 * came, a batch at a time. The first batch begins at once.
 */
export class Backlog<V> {
  readonly #most: number;
  readonly #work: (batch: ReadonlyMap<string, V>) => Promise<void>;
  #waiting = new Map<string, V>();
  #working = false;

  /** @param work of at most `most` of them; when it fails, what it was given is lost */
  constructor(most: number, work: (batch: ReadonlyMap<string, V>) => Promise<void>) {
    this.#most = most;
    this.#work = work;
  }

  /** Resolves when nothing is left, if nobody is at work yet. @throws what `work` does; the rest waits for the next */
  async add(key: string, value: V): Promise<void> {
    this.#waiting.set(key, value);
    if (this.#working) return;
    this.#working = true;
    try {
      while (this.#waiting.size > 0) await this.#work(this.#take());
    } finally {
      this.#working = false;
    }
  }

  #take(): Map<string, V> {
    const batch = new Map([...this.#waiting].slice(0, this.#most));
    for (const key of batch.keys()) this.#waiting.delete(key);
    return batch;
  }
}
