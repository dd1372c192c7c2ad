import { inspect } from 'node:util';
import { isDate } from 'node:util/types';
import { isUnsafeName } from '../../lib/contract/unsafe-names.ts';

/** The fields of every stored document. `rev` counts its changes from 0; only `VersionedCollection.swap` sets it. */
export interface Versioned {
  _id: string;
  rev: number;
}
/** New values by dotted path; `undefined` removes. A path leads through objects only; arrays are replaced as a whole. */
export type Patch = Readonly<Record<string, unknown>>;

type Fields = Record<string, unknown>;
/** A plain object, also of another realm (vm): its prototype has no prototype. */
const isPlain = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Object.getPrototypeOf(Object.getPrototypeOf(value) ?? {});

/**
 * Sets one path of `doc`, and adds to `undo` what reverts it. Returns the path to write: that of the topmost new object if
 * parents were missing.
 */
export function assignPath(doc: Versioned, path: string, value: unknown, undo: (() => void)[]): string {
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
    if (depth === names.length - 1) put(parent, name, storableCopy(value));
    else if (parent[name] === undefined && value === undefined) break;
    else if (parent[name] === undefined) {
      const rest = names.slice(depth + 1).reduceRight((inner: unknown, key) => ({ [key]: inner }), storableCopy(value));
      put(parent, name, rest);
      return names.slice(0, depth + 1).join('.');
    } else if (isPlain(parent[name])) parent = parent[name];
    else throw new TypeError(`${path} cannot be set: ${name} is not an object`);
  }
  return path;
}

/** The patch that writes the touched paths of a changed document. Paths inside of another touched path are left out. */
export function patchOf(doc: Versioned, touched: ReadonlySet<string>): Patch {
  const inside = (path: string): boolean => {
    const dot = path.lastIndexOf('.');
    return dot > 0 && (touched.has(path.slice(0, dot)) || inside(path.slice(0, dot)));
  };
  return Object.fromEntries([...touched].filter((path) => !inside(path)).map((path) => [path, valueAt(doc, path)]));
}

/** Whether two dotted paths are the same, or one leads to a part of the other. */
export const isOverlapping = (a: string, b: string): boolean =>
  `${a}.`.startsWith(`${b}.`) || `${b}.`.startsWith(`${a}.`);

/** The value at a dotted path; undefined if a part of the path is missing. */
export const valueAt = (doc: object, path: string): unknown =>
  path.split('.').reduce<unknown>((part, name) => (part as Fields | undefined)?.[name], doc);

const OWN_FIELD = { configurable: true, enumerable: true, writable: true } as const;

/** A deep copy of plain data. Other values, such as an Error in an answer, are not copied. */
export function deepCopy<V>(value: V): V;
export function deepCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isDate(value)) return new Date(value);
  if (Array.isArray(value)) return value.map(deepCopy);
  if (!isPlain(value)) return value;
  const copy: Fields = {};
  for (const name of Object.keys(value)) {
    // An assignment would change the prototype.
    if (name === '__proto__') Object.defineProperty(copy, name, { value: deepCopy(value[name]), ...OWN_FIELD });
    else copy[name] = deepCopy(value[name]);
  }
  return copy;
}

/**
 * A deep copy without undefined fields, which both databases store and return unchanged.
 * @throws {TypeError} for unsafe names, and for values that are not plain data: instances of classes, functions, NaN and
 * invalid dates
 */
export function storableCopy<V>(value: V): V;
export function storableCopy(value: unknown): unknown {
  if (isStorableScalar(value)) return value;
  if (isDate(value) && Number.isFinite(value.getTime())) return new Date(value);
  if (Array.isArray(value) && !value.includes(undefined)) return value.map((part) => storableCopy(part));
  if (!isPlain(value)) throw new TypeError(`${inspect(value, { depth: 0 })} cannot be stored`);
  const copy: Fields = {};
  for (const name of Object.keys(value)) {
    const part = value[name];
    if (part === undefined) continue;
    if (isUnsafeName(name)) throw new TypeError(`a field named ${JSON.stringify(name)} cannot be stored`);
    copy[name] = storableCopy(part);
  }
  return copy;
}

function isStorableScalar(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return true;
    case 'number':
      return Number.isFinite(value);
    default:
      return value === null;
  }
}
