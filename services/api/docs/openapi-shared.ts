import type { JsonSchema } from '../../../lib/contract/json-schema.ts';

/** In characters. What is shorter is easier to read where it stands. */
const MIN_SHARED_LENGTH = 120;

type Shared = Record<'responses' | 'schemas', Record<string, unknown>>;
type Kind = keyof Shared;

/**
 * The same description with what stands in several places written once, under `components`, and named after the
 * operation that has it first: a tenth of the size.
 */
export function withSharedParts(description: JsonSchema): JsonSchema {
  const identify = structureIds();
  const counts = new Map<string, number>();
  visit(description.paths, (_kind, part, _name, inner) => {
    const { id } = identify(part);
    counts.set(id, (counts.get(id) ?? 0) + 1);
    // The parts of what is there a second time are not written again.
    return counts.get(id) === 1 ? inner() : part;
  });
  const shared: Shared = { responses: {}, schemas: {} };
  const nameOf = new Map<string, string>();
  const paths = visit(description.paths, (kind, part, name, inner) => {
    const { id, length } = identify(part);
    if (length < MIN_SHARED_LENGTH || (counts.get(id) ?? 0) < 2) return inner();
    let known = nameOf.get(id);
    if (known === undefined) {
      known = Object.hasOwn(shared[kind], name) ? `${name}.${Object.keys(shared[kind]).length}` : name;
      nameOf.set(id, known);
      shared[kind][known] = {}; // keeps its place before the parts of it
      shared[kind][known] = inner();
    }
    return { $ref: `#/components/${kind}/${known}` };
  });
  return { ...description, paths, components: { ...(description.components as object), ...shared } };
}

interface Structure {
  /** The same for equal values, and for no others. */
  id: string;
  /** About as long as its JSON. */
  length: number;
}

/** Finds equal values without writing each of them out at every depth. */
function structureIds(): (value: unknown) => Structure {
  const ids = new Map<string, string>();
  const known = new WeakMap<object, Structure>();
  const identify = (value: unknown): Structure => {
    if (typeof value !== 'object' || value === null) {
      const id = JSON.stringify(value) ?? '';
      return { id, length: id.length };
    }
    const before = known.get(value);
    if (before) return before;
    const parts = Object.entries(value).map(([key, part]) => [JSON.stringify(key), identify(part)] as const);
    const text = `${Array.isArray(value)} ${parts.map(([key, { id }]) => `${key}:${id}`).join()}`;
    const id = ids.get(text) ?? `#${ids.size}`;
    ids.set(text, id);
    const found = { id, length: parts.reduce((sum, [key, { length }]) => sum + key.length + length + 2, 2) };
    known.set(value, found);
    return found;
  };
  return identify;
}

/** Called with each response and schema, what it may be named, and what makes a copy of it with its parts visited. */
type Visitor = (kind: Kind, part: unknown, name: string, inner: () => unknown) => unknown;

function visit(paths: unknown, visitor: Visitor): unknown {
  const at = (value: unknown, key: string, parent: string, name: string): unknown => {
    const inner = () => copy(value, (part, own) => at(part, own, key, nameUnder(name, own, value)));
    const kind = kindOf(value, key, parent);
    return kind ? visitor(kind, value, name, inner) : inner();
  };
  return at(paths, 'paths', '', '');
}

/** Keys that have schemas, and keys under which each entry is one. */
const OF_SCHEMA = new Set(['schema', 'items', 'additionalProperties']);
const OF_SCHEMAS = new Set(['properties', 'anyOf']);

function kindOf(value: unknown, key: string, parent: string): Kind | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  if (parent === 'responses') return 'responses';
  return OF_SCHEMAS.has(parent) || (OF_SCHEMA.has(key) && !OF_SCHEMAS.has(parent)) ? 'schemas' : undefined;
}

/** Operation, status and fields: the rest of the way says nothing. */
function nameUnder(name: string, key: string, parent: unknown): string {
  const { operationId } = Object(parent) as { operationId?: string };
  const isNamed = /^\d{3}$|^(?!(responses|content|schema|properties|items|anyOf|additionalProperties)$)[a-zA-Z]+$/.test(
    key,
  );
  return [operationId ?? name, ...(isNamed ? [key] : [])].filter((part) => part !== '').join('.');
}

function copy(value: unknown, of: (part: unknown, key: string) => unknown): unknown {
  if (Array.isArray(value)) return value.map((part, index) => of(part, String(index)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, of(part, key)]));
}
