import type { Schema } from './contract.ts';

/** A JSON Schema (2020-12), as OpenAPI 3.1 has it. */
export type JsonSchema = Record<string, unknown>;

/** A contract's schema as the JSON Schema of an object with these fields and no others. */
export function objectSchema(fields: Schema): JsonSchema {
  const entries = Object.entries(fields).filter(([name]) => !name.startsWith('$$'));
  const required = entries.filter(([, rule]) => !isOptional(rule)).map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, rule]) => [name, ruleSchema(rule)])),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

/** A fastest-validator rule, of those that contracts use, as JSON Schema. @throws {Error} for any other */
export function ruleSchema(rule: unknown): JsonSchema {
  const { nullable = false, ...own } = fullRule(rule);
  const schema = plainSchema(own);
  return nullable ? { anyOf: [schema, { type: 'null' }] } : schema;
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

function plainSchema(rule: FullRule): JsonSchema {
  const { type, min, max, pattern } = rule;
  switch (type) {
    case 'string':
      return some({
        type: 'string',
        // fastest-validator does not know it: the rule has a check of its own.
        format: rule.format,
        minLength: min,
        maxLength: max,
        pattern: pattern instanceof RegExp ? pattern.source : undefined,
      });
    case 'email':
      return some({ type: 'string', format: 'email', maxLength: max });
    case 'number':
      return some({ type: rule.integer ? 'integer' : 'number', minimum: min, maximum: max });
    case 'boolean':
      return { type: 'boolean' };
    case 'any':
      return {};
    case 'enum':
      return { enum: rule.values };
    case 'equal':
      return { const: rule.value };
    case 'array':
      return some({ type: 'array', items: ruleSchema(rule.items), minItems: min, maxItems: max });
    case 'object':
      return objectSchema(rule.props as Schema);
    case 'record':
      return { type: 'object', additionalProperties: ruleSchema(rule.value) };
    case 'multi':
      return { anyOf: (rule.rules as unknown[]).map(ruleSchema) };
    default:
      throw new Error(`a rule of type ${type} has no JSON Schema here`);
  }
}

const some = (schema: JsonSchema): JsonSchema =>
  Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));
