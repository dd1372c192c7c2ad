import { LRUCache } from 'lru-cache';
import type { Context, Middleware, ServiceBroker } from 'moleculer';
import type { Contract } from './contract.ts';

/** An answer, or the call that will bring it: callers that come meanwhile share it. */
interface Entry {
  value: Promise<unknown>;
  answered?: true;
  id?: unknown;
}

interface Cached {
  dropOn: Readonly<Record<string, string>>;
  entries: LRUCache<string, Entry>;
}

const MOST = 10_000;

/**
 * Keeps the answers of remote actions whose contract says `nearCache`, in the calling process. An entry lives for
 * `ttl` at most, and is dropped when one of the contract's events names it, or when a node comes or goes.
 * For public answers only: the key is the parameters alone.
 */
export function nearCache(contracts: readonly Contract[]): Middleware {
  const actions = new Map<string, Cached>(
    contracts.flatMap(({ name, actions }) =>
      Object.entries(actions).flatMap(([key, { nearCache }]) =>
        nearCache ? [[`${name}.${key}`, { dropOn: nearCache.dropOn, entries: cacheOf(nearCache.ttl) }] as const] : [],
      ),
    ),
  );
  const clear = () => {
    for (const { entries } of actions.values()) entries.clear();
  };
  const drop = (event: string, data: Record<string, unknown>) => {
    for (const { dropOn, entries } of actions.values()) {
      const path = dropOn[event];
      if (path === undefined) continue;
      const ids = new Set(valuesAt(data, path.split('.')));
      // An answer still under way is for those who asked before: it may not have the change.
      for (const [key, entry] of entries.entries()) {
        if (!entry.answered || ids.has(entry.id)) entries.delete(key);
      }
    }
  };

  return {
    name: 'NearCache',
    created(broker: ServiceBroker) {
      const events = new Set([...actions.values()].flatMap(({ dropOn }) => Object.keys(dropOn)));
      broker.createService({
        name: '$near-cache',
        events: {
          '$transporter.connected': clear,
          '$node.connected': clear,
          '$node.disconnected': clear,
          '$transporter.disconnected': clear,
          ...Object.fromEntries(
            [...events].map((event) => [event, (ctx: Context<Record<string, unknown>>) => drop(event, ctx.params)]),
          ),
        },
      });
    },
    remoteAction(next, action) {
      const cache = actions.get(String(action.name));
      if (!cache) return next;
      return function (ctx) {
        const key = JSON.stringify(ctx.params);
        const hit = cache.entries.get(key);
        if (hit) return hit.value;
        const value = next.call(this, ctx);
        const entry: Entry = { value };
        cache.entries.set(key, entry);
        const forget = () => {
          if (cache.entries.peek(key) === entry) cache.entries.delete(key);
        };
        value.then((answer: { id?: unknown } | null) => {
          entry.answered = true;
          entry.id = answer?.id;
        }, forget);
        return value;
      };
    },
  };
}

/** What stands at a path, in each element where an array is on the way. */
function valuesAt(data: unknown, [name, ...rest]: string[]): unknown[] {
  if (Array.isArray(data))
    return data.flatMap((element) => valuesAt(element, name === undefined ? [] : [name, ...rest]));
  if (name === undefined) return [data];
  return typeof data === 'object' && data !== null ? valuesAt((data as Record<string, unknown>)[name], rest) : [];
}

const cacheOf = (ttl: number) => new LRUCache<string, Entry>({ max: MOST, ttl });
