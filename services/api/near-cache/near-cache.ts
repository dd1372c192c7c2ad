import { LRUCache } from 'lru-cache';
import type { Route } from '../http/routes.ts';
import type { Answer } from './answer.ts';

/** What the near-cache tells of itself. */
export interface Meter {
  /** Answered without a call of its own. */
  hit(action: string): void;
  miss(action: string): void;
  size(entries: number, bytes: number): void;
}

interface Options {
  meter: Meter;
  /** In ms, of any origin. */
  clock?: { now(): number };
  most?: number;
  mostBytes?: number;
}

interface Entry {
  action: string;
  answer: Answer;
}

/** In a contract's `dropOn`: the event may make any answer of the action untrue. */
const EVERYTHING = '*';
const MOST = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;
/** Of an entry, beside its body: key, tag, headers. */
const OVERHEAD = 1024;
/**
 * In ms. Nodes hear of a change when the gateway does, and have to read it first: what they say meanwhile may be old, so
 * it is given to those who asked, and not kept.
 */
const SETTLING = 100;

/**
 * Keeps answers for the `ttl` of their action's contract at most, bounded by number and bytes; an event that names an
 * answer's id drops it. One call is made for all who ask for the same meanwhile.
 */
export class NearCache {
  readonly #rules: ReadonlyMap<string, { ttl: number; dropOn: Readonly<Record<string, string>> }>;
  readonly #meter: Meter;
  readonly #clock: { now(): number };
  readonly #entries: LRUCache<string, Entry>;
  readonly #keysOf = new Map<string, Set<string>>();
  readonly #changes: LRUCache<string, number>;
  readonly #flights = new Map<string, Flight>();

  constructor(routes: readonly Route[], { meter, clock = performance, most = MOST, mostBytes = MOST_BYTES }: Options) {
    this.#rules = new Map(
      routes.flatMap(({ action, contract: { nearCache } }) => (nearCache ? [[action, nearCache] as const] : [])),
    );
    this.#meter = meter;
    this.#clock = clock;
    this.#changes = new LRUCache({ max: most });
    this.#entries = new LRUCache<string, Entry>({
      perf: clock,
      ttlResolution: 0,
      max: most,
      maxSize: mostBytes,
      sizeCalculation: ({ answer }, key) => answer.body.length + key.length + OVERHEAD,
      dispose: (entry, key) => this.#forget(entry, key),
    });
  }

  /** The answer that is kept, or that of a call under way: undefined when nothing came of that. @throws what it threw */
  find(key: string): Answer | Promise<Answer | undefined> | undefined {
    const found = this.#entries.get(key) ?? this.#flights.get(key);
    if (found) this.#meter.hit(found.action);
    return found?.answer;
  }

  /** A call begins, which those who ask from now on wait for. */
  begin(action: string, key: string): Flight {
    this.#meter.miss(action);
    const begun = this.#clock.now();
    const flight = new Flight(action, (answer) => {
      // An event has come since, or somebody who must not be given what is kept has begun a call of their own.
      const isLast = this.#flights.get(key) === flight;
      if (isLast) this.#flights.delete(key);
      if (isLast && answer) this.#keep(key, { action, answer }, begun);
    });
    this.#flights.set(key, flight);
    return flight;
  }

  /** An event says what is different now. */
  drop(event: string, data: unknown): void {
    for (const [action, { dropOn }] of this.#rules) {
      const path = dropOn[event];
      if (path === undefined) continue;
      // What an action with this has no id: it is one thing, or lists of it.
      const ids = path === EVERYTHING ? [undefined] : valuesAt(data, path.split('.'));
      for (const id of ids) {
        const name = nameOf(action, id);
        this.#changes.set(name, this.#clock.now());
        for (const key of this.#keysOf.get(name) ?? []) this.#entries.delete(key);
      }
      // What an answer under way is about shows when it is there: it is for those who asked before.
      for (const [key, flight] of this.#flights) if (flight.action === action) this.#flights.delete(key);
    }
    this.#measure();
  }

  /** Events may have been missed. */
  clear(): void {
    this.#flights.clear();
    this.#entries.clear();
    this.#measure();
  }

  #keep(key: string, entry: Entry, begun: number): void {
    const { action, answer } = entry;
    const name = nameOf(action, answer.id);
    if (begun < (this.#changes.get(name) ?? Number.NEGATIVE_INFINITY) + SETTLING) return;
    this.#entries.set(key, entry, { ttl: this.#rules.get(action)?.ttl ?? 0 });
    if (this.#entries.has(key)) {
      const keys = this.#keysOf.get(name) ?? new Set();
      this.#keysOf.set(name, keys.add(key));
    }
    this.#measure();
  }

  #forget({ action, answer }: Entry, key: string): void {
    const name = nameOf(action, answer.id);
    const keys = this.#keysOf.get(name);
    if (keys?.delete(key) && keys.size === 0) this.#keysOf.delete(name);
  }

  #measure(): void {
    this.#meter.size(this.#entries.size, this.#entries.calculatedSize);
  }
}

/** One call, whose answer is for all who asked for it while it was under way. */
export class Flight {
  readonly action: string;
  readonly #ended: (answer?: Answer) => void;
  readonly #outcome = Promise.withResolvers<Answer | undefined>();

  constructor(action: string, ended: (answer?: Answer) => void) {
    this.action = action;
    this.#ended = ended;
    this.#outcome.promise.catch(() => undefined); // nobody else may have asked
  }

  get answer(): Promise<Answer | undefined> {
    return this.#outcome.promise;
  }

  land(answer: Answer): void {
    this.#ended(answer);
    this.#outcome.resolve(answer);
  }

  fail(error: unknown): void {
    this.#ended();
    this.#outcome.reject(error);
  }

  /** Unless it has an outcome, nobody is to wait for it any longer: whoever made the call is gone. */
  end(): void {
    this.#ended();
    this.#outcome.resolve(undefined);
  }
}

const nameOf = (action: string, id: unknown): string => `${action} ${id}`;

/** What stands at a path, in each element where an array is on the way. */
function valuesAt(data: unknown, [name, ...rest]: string[]): unknown[] {
  if (Array.isArray(data))
    return data.flatMap((element) => valuesAt(element, name === undefined ? [] : [name, ...rest]));
  if (name === undefined) return [data];
  return typeof data === 'object' && data !== null ? valuesAt((data as Record<string, unknown>)[name], rest) : [];
}
