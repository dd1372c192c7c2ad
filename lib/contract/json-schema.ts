import { isDeepStrictEqual } from 'node:util';
import type { Schema } from './contract.ts';
import { nameOf } from './named.ts';
import { withoutUndefined } from './optional.ts';

/** A JSON Schema (2020-12), as OpenAPI 3.1 has it. */
export type JsonSchema = Record<string, unknown>;

/** Writes contract rules as JSON Schemas. A named rule becomes a reference, and its schema one of the components. */
export class SchemaWriter {
  readonly #components = new Map<string, JsonSchema>();
  /** Schemas by their rule, as most rules are used in many places. */
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
   * The schema of a fastest-validator rule.
   * @throws {Error} for a type of rule that contracts do not use, and for two different rules of one name
   */
  ofRule(given: unknown): JsonSchema {
    const rule = fullRule(given);
    const known = this.#written.get(rule);
    if (known) return known;
    const inline = this.#inline(rule);
    const name = nameOf(rule);
    const schema = name === undefined ? inline : this.#refer(name, inline);
    const written = rule.nullable ? orNull(schema) : schema;
    this.#written.set(rule, written);
    return written;
  }

  /** Adds a component and returns the reference to it. */
  #refer(name: string, schema: JsonSchema): JsonSchema {
    const known = this.#components.get(name);
    if (known !== undefined && !isDeepStrictEqual(known, schema)) {
      throw new Error(`two different rules have the name ${name}`);
    }
    this.#components.set(name, schema);
    return { $ref: `#/components/schemas/${name}` };
  }

  /** The schema of a rule without its name and `nullable`. */
  #inline(rule: FullRule): JsonSchema {
    const { type, min, max, length, pattern } = rule;
    switch (type) {
      case 'string':
        return withoutUndefined({
          type: 'string',
          // fastest-validator ignores `format`: such a rule has a custom check.
          format: rule.format,
          minLength: length ?? min,
          maxLength: length ?? max,
          pattern: pattern instanceof RegExp ? pattern.source : undefined,
        });
      case 'email':
        return withoutUndefined({ type: 'string', format: 'email', maxLength: max });
      case 'number':
        return withoutUndefined({
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
        return withoutUndefined({ type: 'array', items: this.ofRule(rule.items), minItems: min, maxItems: max });
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

/** Allows null: as a second type, or as an alternative to a reference or a list of values. */
function orNull(schema: JsonSchema): JsonSchema {
  if (Object.keys(schema).length === 0) return schema; // any value, also null
  if (typeof schema.type === 'string' && !('enum' in schema)) return { ...schema, type: [schema.type, 'null'] };
  return { anyOf: [schema, { type: 'null' }] };
}
