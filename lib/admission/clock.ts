export interface Clock {
  /** In ms since an arbitrary time. */
  now(): number;
  /** Calls `act` once after `ms`. @returns a function that cancels the call */
  after(ms: number, act: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms).unref();
    return () => clearTimeout(timer);
  },
};
