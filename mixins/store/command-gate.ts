/** Commands of one kind under way at once. */
const MAX_COMMANDS = 2;
/** A command costs far more than its parts, so fewer than these gather until the one before is back, unless that is slow. */
const MIN_WAITING_BESIDE_ANOTHER = 16;
const SLOW_COMMAND_MS = 20;

/** Decides when the next command of a group leaves: at the end of a turn of the event loop, and few at a time. */
export class CommandGate {
  readonly #countWaiting: () => number;
  readonly #sendNext: () => Promise<void>;
  readonly #clock: () => number;
  #commands = 0;
  #lastSentAt = 0;
  #isScheduled = false;

  /**
   * @param countWaiting how many wait to be sent
   * @param sendNext takes what waits, up to the limit of a command, and sends it; rejects never
   * @param clock monotonic, in ms
   */
  constructor(countWaiting: () => number, sendNext: () => Promise<void>, clock = () => performance.now()) {
    this.#countWaiting = countWaiting;
    this.#sendNext = sendNext;
    this.#clock = clock;
  }

  /** To be called when something waits. No timer: what is alone leaves at once. */
  schedule(): void {
    if (this.#isScheduled || !this.#mayLeave()) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#commands += 1;
      this.#lastSentAt = this.#clock();
      void this.#sendNext().finally(() => {
        this.#commands -= 1;
        this.schedule();
      });
      this.schedule();
    });
  }

  #mayLeave(): boolean {
    const waiting = this.#countWaiting();
    if (waiting === 0 || this.#commands >= MAX_COMMANDS) return false;
    const isAlone = this.#commands === 0;
    return isAlone || waiting >= MIN_WAITING_BESIDE_ANOTHER || this.#clock() - this.#lastSentAt > SLOW_COMMAND_MS;
  }
}
