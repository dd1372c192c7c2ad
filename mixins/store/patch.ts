import { inspect } from 'node:util';
import { isDate } from 'node:util/types';
import { isUnsafeName } from '../../lib/contract/unsafe-names.ts';

/** What every stored document has. `rev` counts its changes, from 0 on; only `Slot.swap` sets it. */
export interface Versioned {
  _id: string;
  rev: number;
}
/** Dotted path -> new value; `undefined` removes the path. Paths lead through objects only: an array is replaced. */
export type Patch = Readonly<Record<string, unknown>>;

type Fields = Record<string, unknown>;
/** An object literal's, of whichever realm: its prototype is the last one. */
const isPlain = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Object.getPrototypeOf(Object.getPrototypeOf(value) ?? {});

/** Sets one path of `doc`. Returns the path to write: the highest that did not exist before, if its parents did not. */
export function assign(doc: Versioned, path: string, value: unknown, undo: (() => void)[]): string {
  const names = path.split('.');
  if (names.some(isUnsafeName) || names[0] === '_id' || names[0] === 'rev')
    throw new TypeError(`${path} cannot be set`);
  const put = (parent: Fields, name: string, next: unknown) => {
    const old = { ...(Object.hasOwn(parent, name) ? { value: parent[name] } : {}) };
    undo.push(() => {
      delete parent[name];
      if ('value' in old) parent[name] = old.value;
    });
    if (next === undefined) delete parent[name];
    else parent[name] = next;
  };
  let parent = doc as object as Fields;
  for (const [depth, name] of names.entries()) {
    if (depth === names.length - 1) put(parent, name, storable(value));
    else if (parent[name] === undefined && value === undefined) break;
    else if (parent[name] === undefined) {
      const rest = names.slice(depth + 1).reduceRight((inner: unknown, key) => ({ [key]: inner }), storable(value));
      put(parent, name, rest);
      return names.slice(0, depth + 1).join('.');
    } else if (isPlain(parent[name])) parent = parent[name];
    else throw new TypeError(`${path} cannot be set: ${name} is no object`);
  }
  return path;
}

/** What one write has to set: each touched path as it is now, but for those inside another that is written whole. */
export function merged(doc: Versioned, touched: ReadonlySet<string>): Patch {
  const inside = (path: string): boolean => {
    const dot = path.lastIndexOf('.');
    return dot > 0 && (touched.has(path.slice(0, dot)) || inside(path.slice(0, dot)));
  };
  const at = (path: string) =>
    path.split('.').reduce<unknown>((part, name) => (part as Fields | undefined)?.[name], doc);
  return Object.fromEntries([...touched].filter((path) => !inside(path)).map((path) => [path, at(path)]));
}

/** A deep copy of what is plain data; the rest, such as an Error in an answer, is passed on. */
export function copied<V>(value: V): V;
export function copied(value: unknown): unknown {
  if (isDate(value)) return new Date(value);
  if (Array.isArray(value)) return value.map(copied);
  return isPlain(value) ? Object.fromEntries(Object.entries(value).map(([name, part]) => [name, copied(part)])) : value;
}

/**
 * A deep copy that both databases store and give back alike: fields that are `undefined` are left out.
 * @throws {TypeError} for a name with a dot, or what is no plain data: a class, a function, NaN, an invalid date.
 */
export function storable<V>(value: V): V;
export function storable(value: unknown): unknown {
  if (['string', 'boolean', 'undefined'].includes(typeof value) || value === null || Number.isFinite(value))
    return value;
  if (isDate(value) && Number.isFinite(value.getTime())) return new Date(value);
  if (Array.isArray(value) && !value.includes(undefined)) return value.map((part) => storable(part));
  if (!isPlain(value)) throw new TypeError(`${inspect(value, { depth: 0 })} cannot be stored`);
  const fields = Object.entries(value).filter(([, part]) => part !== undefined);
  const odd = fields.find(([name]) => isUnsafeName(name));
  if (odd) throw new TypeError(`a field named ${JSON.stringify(odd[0])} cannot be stored`);
  return Object.fromEntries(fields.map(([name, part]) => [name, storable(part)]));
}
