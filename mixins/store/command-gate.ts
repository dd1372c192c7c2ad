/** Commands of one kind under way at once. While they are, what is to be sent gathers: a command costs far more than its parts. */
const MAX_COMMANDS = 2;

/** Decides when the next command of a group leaves: at the end of a turn of the event loop, and few at a time. */
export class CommandGate {
  readonly #hasWaiting: () => boolean;
  readonly #sendNext: () => Promise<void>;
  #commands = 0;
  #isScheduled = false;

  /** @param sendNext takes what waits, up to the limit of a command, and sends it; rejects never */
  constructor(hasWaiting: () => boolean, sendNext: () => Promise<void>) {
    this.#hasWaiting = hasWaiting;
    this.#sendNext = sendNext;
  }

  /** To be called when something waits. No timer: what is alone leaves at once. */
  schedule(): void {
    if (this.#isScheduled || this.#commands >= MAX_COMMANDS || !this.#hasWaiting()) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#commands += 1;
      void this.#sendNext().finally(() => {
        this.#commands -= 1;
        this.schedule();
      });
      this.schedule();
    });
  }
}
