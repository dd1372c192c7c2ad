export interface Clock {
  /** In ms, of any origin. */
  now(): number;
  /** Calls back once. @returns what cancels it */
  after(ms: number, act: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms).unref();
    return () => clearTimeout(timer);
  },
};
