import { LRUCache } from 'lru-cache';
import type { Route } from '../http/routes.ts';
import type { Answer } from './answer.ts';

/** Receives the cache's metrics. */
export interface Meter {
  /** A response without a call of its own. */
  hit(action: string): void;
  miss(action: string): void;
  size(entries: number, bytes: number): void;
}

interface Options {
  meter: Meter;
  /** In ms, of any origin. */
  clock?: { now(): number };
  maxEntries?: number;
  maxBytes?: number;
}

interface Entry {
  action: string;
  answer: Answer;
}

/** In a contract's `dropOn`: the event invalidates every response of the action. */
const EVERYTHING = '*';
const MAX_ENTRIES = 10_000;
const MAX_BYTES = 64 * 1024 * 1024;
/** Of key, ETag and headers. */
const ENTRY_OVERHEAD_BYTES = 1024;
/**
 * Nodes hear of a change at the same time as the gateway and still have to read it. A response that began within this time
 * after an invalidation may be stale: it is sent to those who wait for it, and not stored.
 */
const INVALIDATION_GRACE_MS = 100;

/**
 * Caches responses for the `ttl` of the contract, bounded by number and bytes. An event that names the id of a response
 * invalidates it. Concurrent requests for the same key share one call (single flight).
 */
export class NearCache {
  readonly #rules: ReadonlyMap<string, { ttl: number; dropOn: Readonly<Record<string, string>> }>;
  readonly #meter: Meter;
  readonly #clock: { now(): number };
  readonly #entries: LRUCache<string, Entry>;
  readonly #keysOf = new Map<string, Set<string>>();
  readonly #changes: LRUCache<string, number>;
  readonly #pending = new Map<string, PendingResponse>();

  constructor(
    routes: readonly Route[],
    { meter, clock = performance, maxEntries = MAX_ENTRIES, maxBytes = MAX_BYTES }: Options,
  ) {
    this.#rules = new Map(
      routes.flatMap(({ action, contract: { nearCache } }) => (nearCache ? [[action, nearCache] as const] : [])),
    );
    this.#meter = meter;
    this.#clock = clock;
    this.#changes = new LRUCache({ max: maxEntries });
    this.#entries = new LRUCache<string, Entry>({
      perf: clock,
      ttlResolution: 0,
      max: maxEntries,
      maxSize: maxBytes,
      sizeCalculation: ({ answer }, key) => answer.body.length + key.length + ENTRY_OVERHEAD_BYTES,
      dispose: (entry, key) => this.#forget(entry, key),
    });
  }

  /** The cached response, or a promise of the pending one (undefined when that call had none). @throws its error */
  find(key: string): Answer | Promise<Answer | undefined> | undefined {
    const found = this.#entries.get(key) ?? this.#pending.get(key);
    if (found) this.#meter.hit(found.action);
    return found?.answer;
  }

  /** Begins a call whose response concurrent requests for the key wait for. */
  begin(action: string, key: string): PendingResponse {
    this.#meter.miss(action);
    const begun = this.#clock.now();
    const pending = new PendingResponse(action, (answer) => {
      // Replaced by an invalidation, or by a newer call of a reader who bypasses the cache.
      const isLast = this.#pending.get(key) === pending;
      if (isLast) this.#pending.delete(key);
      if (isLast && answer) this.#keep(key, { action, answer }, begun);
    });
    this.#pending.set(key, pending);
    return pending;
  }

  /** Invalidates what the event names. */
  invalidate(event: string, data: unknown): void {
    for (const [action, { dropOn }] of this.#rules) {
      const path = dropOn[event];
      if (path === undefined) continue;
      // Responses of such an action have no id.
      const ids = path === EVERYTHING ? [undefined] : valuesAt(data, path.split('.'));
      for (const id of ids) {
        const name = nameOf(action, id);
        this.#changes.set(name, this.#clock.now());
        for (const key of this.#keysOf.get(name) ?? []) this.#entries.delete(key);
      }
      // The id of a pending response is not known yet: later requests begin a call of their own.
      for (const [key, pending] of this.#pending) if (pending.action === action) this.#pending.delete(key);
    }
    this.#measure();
  }

  /** Removes everything: events may have been missed. */
  clear(): void {
    this.#pending.clear();
    this.#entries.clear();
    this.#measure();
  }

  #keep(key: string, entry: Entry, begun: number): void {
    const { action, answer } = entry;
    const name = nameOf(action, answer.id);
    if (begun < (this.#changes.get(name) ?? Number.NEGATIVE_INFINITY) + INVALIDATION_GRACE_MS) return;
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

/** A call under way, whose response is shared by all requests that came meanwhile (single flight). */
export class PendingResponse {
  readonly action: string;
  readonly #ended: (answer?: Answer) => void;
  readonly #outcome = Promise.withResolvers<Answer | undefined>();

  constructor(action: string, ended: (answer?: Answer) => void) {
    this.action = action;
    this.#ended = ended;
    this.#outcome.promise.catch(() => undefined); // there may be no other request
  }

  get answer(): Promise<Answer | undefined> {
    return this.#outcome.promise;
  }

  resolve(answer: Answer): void {
    this.#ended(answer);
    this.#outcome.resolve(answer);
  }

  reject(error: unknown): void {
    this.#ended();
    this.#outcome.reject(error);
  }

  /** Releases those who wait when the request that made the call has gone without an outcome. */
  end(): void {
    this.#ended();
    this.#outcome.resolve(undefined);
  }
}

const nameOf = (action: string, id: unknown): string => `${action} ${id}`;

/** The values at a path; an array on the way is walked element by element. */
function valuesAt(data: unknown, [name, ...rest]: string[]): unknown[] {
  if (Array.isArray(data))
    return data.flatMap((element) => valuesAt(element, name === undefined ? [] : [name, ...rest]));
  if (name === undefined) return [data];
  return typeof data === 'object' && data !== null ? valuesAt((data as Record<string, unknown>)[name], rest) : [];
}
