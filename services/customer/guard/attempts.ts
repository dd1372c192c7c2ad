import type { Patch } from '../../../mixins/store/patch.ts';

/** Failures in a row, and when the next attempt is allowed. */
interface FailedAttempts {
  failures: number;
  nextAt: Date;
}

/** Login attempts to an account, or from an address. The id is a keyed hash of it. */
export interface Attempts {
  _id: string;
  rev: number;
  /** Of an account: by address, and `strangers` for all unknown addresses. Of an address: `all`. */
  tries: Readonly<Record<string, FailedAttempts>>;
  /** Addresses from which the owner has logged in, latest last. */
  known: readonly string[];
  updatedAt: Date;
}

interface DelayLimit {
  /** Failures without a delay. */
  free: number;
  maxDelayMs: number;
}

/** From one address to one account. */
const PAIR_LIMIT: DelayLimit = { free: 5, maxDelayMs: 15 * 60_000 };
/**
 * From all unknown addresses together. At most a minute, so that an owner under attack can log in from a new address, and
 * at once from a known one.
 */
const STRANGERS_LIMIT: DelayLimit = { free: 20, maxDelayMs: 60_000 };
/** From one address to all accounts. */
const ADDRESS_LIMIT: DelayLimit = { free: 50, maxDelayMs: 15 * 60_000 };

/** Failures are deleted after this time without another. */
export const ATTEMPT_RETENTION_MS = 24 * 3600_000;
const MAX_PAIRS = 100;
const MAX_KNOWN_ADDRESSES = 10;

export const noAttempts = (_id: string, now: Date): Omit<Attempts, 'rev'> => ({
  _id,
  tries: {},
  known: [],
  updatedAt: now,
});

interface Outcome {
  /** How long to wait, in ms; 0: go on, this attempt was counted. */
  answer: number;
  patch?: Patch;
}

/** Counts an attempt to log in to an account from an address. It counts as failed until `recordAccountSuccess`. */
export function countAccountAttempt(account: Readonly<Attempts>, address: string, now: Date): Outcome {
  const limits: [string, DelayLimit][] = [[pairKey(address), PAIR_LIMIT]];
  if (!account.known.includes(address)) limits.push(['strangers', STRANGERS_LIMIT]);
  return countAttempt(account, limits, now);
}

/** Counts an attempt to log in from an address, to any account. */
export const countAddressAttempt = (address: Readonly<Attempts>, now: Date): Outcome =>
  countAttempt(address, [['all', ADDRESS_LIMIT]], now);

function countAttempt(
  { tries: before, updatedAt }: Readonly<Attempts>,
  limits: [string, DelayLimit][],
  now: Date,
): Outcome {
  const tries = +now - +updatedAt > ATTEMPT_RETENTION_MS ? {} : before;
  const wait = Math.max(0, ...limits.map(([key]) => +(tries[key]?.nextAt ?? 0) - +now));
  if (wait > 0) return { answer: wait };
  const counted = limits.map(([key, limit]) => [key, withFailure(tries[key], limit, now)] as const);
  const kept = Object.entries(tries).filter(([key]) => !counted.some(([one]) => one === key));
  return { answer: 0, patch: { tries: Object.fromEntries([...kept, ...counted].slice(-MAX_PAIRS)), updatedAt: now } };
}

function withFailure(tries: FailedAttempts | undefined, { free, maxDelayMs }: DelayLimit, now: Date): FailedAttempts {
  const failures = (tries?.failures ?? 0) + 1;
  const delay = failures < free ? 0 : Math.min(1000 * 2 ** Math.min(failures - free, 30), maxDelayMs);
  return { failures, nextAt: new Date(+now + delay) };
}

/** Takes back the failure of a counted attempt whose password was right. The address is known from now on. */
export function recordAccountSuccess(
  { tries, known }: Readonly<Attempts>,
  address: string,
  now: Date,
): { answer: undefined; patch: Patch } {
  const { [pairKey(address)]: _forgiven, strangers, ...rest } = tries;
  return {
    answer: undefined,
    patch: {
      tries: strangers ? { ...rest, strangers: withoutFailure(strangers, now) } : rest,
      known: [...known.filter((one) => one !== address), address].slice(-MAX_KNOWN_ADDRESSES),
      updatedAt: now,
    },
  };
}

/** The same for the address, on all accounts together. */
export function recordAddressSuccess({ tries }: Readonly<Attempts>, now: Date): { answer: undefined; patch: Patch } {
  return {
    answer: undefined,
    patch: { tries: tries.all ? { all: withoutFailure(tries.all, now) } : {}, updatedAt: now },
  };
}

const withoutFailure = ({ failures }: FailedAttempts, now: Date): FailedAttempts => ({
  failures: Math.max(0, failures - 1),
  nextAt: now,
});
const pairKey = (address: string) => `from-${address}`;
