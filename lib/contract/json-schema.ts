import { isDeepStrictEqual } from 'node:util';
import type { Schema } from './contract.ts';
import { nameOf } from './named.ts';

/** A JSON Schema (2020-12), as OpenAPI 3.1 has it. */
export type JsonSchema = Record<string, unknown>;

/** Writes contract rules as JSON Schemas. A named rule becomes a reference, and its schema one of the components. */
export class SchemaWriter {
  readonly #components = new Map<string, JsonSchema>();
  /** By rule, since most are used in many places. */
  readonly #written = new WeakMap<object, JsonSchema>();

  /** The schemas of the named rules that were written so far, sorted by name. */
  get components(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#components].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** The schema of an object with these fields and no others. */
  ofFields(fields: Schema): JsonSchema {
    const entries = Object.entries(fields).filter(([name]) => !name.startsWith('$$'));
    const required = entries.filter(([, rule]) => !isOptional(rule)).map(([name]) => name);
    return {
      type: 'object',
      properties: Object.fromEntries(entries.map(([name, rule]) => [name, this.ofRule(rule)])),
      ...(required.length > 0 ? { required } : {}),
      additionalProperties: false,
    };
  }

  /**
   * The schema of a fastest-validator rule, of those that contracts use.
   * @throws {Error} for a rule of another type, and for a second rule of a name
   */
  ofRule(given: unknown): JsonSchema {
    const rule = fullRule(given);
    const known = this.#written.get(rule);
    if (known) return known;
    const own = this.#plain(rule);
    const name = nameOf(rule);
    const schema = name === undefined ? own : this.#refer(name, own);
    const written = rule.nullable ? orNull(schema) : schema;
    this.#written.set(rule, written);
    return written;
  }

  #refer(name: string, schema: JsonSchema): JsonSchema {
    const known = this.#components.get(name);
    if (known !== undefined && !isDeepStrictEqual(known, schema)) {
      throw new Error(`two different rules have the name ${name}`);
    }
    this.#components.set(name, schema);
    return { $ref: `#/components/schemas/${name}` };
  }

  #plain(rule: FullRule): JsonSchema {
    const { type, min, max, length, pattern } = rule;
    switch (type) {
      case 'string':
        return defined({
          type: 'string',
          // fastest-validator does not know it: the rule has a check of its own.
          format: rule.format,
          minLength: length ?? min,
          maxLength: length ?? max,
          pattern: pattern instanceof RegExp ? pattern.source : undefined,
        });
      case 'email':
        return defined({ type: 'string', format: 'email', maxLength: max });
      case 'number':
        return defined({
          type: rule.integer ? 'integer' : 'number',
          exclusiveMinimum: rule.positive ? 0 : undefined,
          minimum: min,
          maximum: max,
        });
      case 'boolean':
        return { type: 'boolean' };
      case 'any':
        return {};
      case 'enum':
        return ofValues(rule.values as readonly unknown[]);
      case 'equal':
        return { const: rule.value };
      case 'array':
        return defined({ type: 'array', items: this.ofRule(rule.items), minItems: min, maxItems: max });
      case 'object':
        return this.ofFields(rule.props as Schema);
      case 'record':
        return { type: 'object', additionalProperties: this.ofRule(rule.value) };
      case 'multi':
        return { anyOf: (rule.rules as unknown[]).map((one) => this.ofRule(one)) };
      default:
        throw new Error(`a rule of type ${type} has no JSON Schema here`);
    }
  }
}

export const isOptional = (rule: unknown): boolean => fullRule(rule).optional === true;

interface FullRule {
  type: string;
  optional?: unknown;
  nullable?: unknown;
  [option: string]: unknown;
}

/** A rule with its options spelled out: `'string|optional'` as `{ type: 'string', optional: true }`. */
export function fullRule(rule: unknown): FullRule {
  if (Array.isArray(rule)) return { type: 'multi', rules: rule };
  if (typeof rule === 'string') {
    const [type = '', ...flags] = rule.split('|').map((part) => part.trim());
    return { type, ...(flags.includes('optional') ? { optional: true } : {}) };
  }
  return rule as FullRule;
}

const ofValues = (values: readonly unknown[]): JsonSchema =>
  values.every((value) => typeof value === 'string') ? { type: 'string', enum: values } : { enum: values };

/** A reference and a list of values take null beside them; a type takes it as a second one. */
function orNull(schema: JsonSchema): JsonSchema {
  if (Object.keys(schema).length === 0) return schema; // anything, null as well
  if (typeof schema.type === 'string' && !('enum' in schema)) return { ...schema, type: [schema.type, 'null'] };
  return { anyOf: [schema, { type: 'null' }] };
}

const defined = (schema: JsonSchema): JsonSchema =>
  Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));
