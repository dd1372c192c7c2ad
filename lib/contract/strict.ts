import type { ValidationSchema } from 'fastest-validator';
import type { ActionContract, Schema } from './contract.ts';
import { Validator } from './validator.ts';

/**
 * The rules of a schema, made strict at every depth. Otherwise fastest-validator allows unknown fields in nested objects,
 * and null in every optional field. Needs the option `considerNullAsAValue`.
 */
export function strictRules(schema: Schema): Record<string, unknown> {
  return Object.fromEntries(Object.entries(schema).map(([field, rule]) => [field, strictRule(rule)]));
}

function strictRule(rule: unknown): unknown {
  if (Array.isArray(rule)) return rule.map(strictRule);
  if (typeof rule === 'string') return `${rule}|nullable:false`;
  if (typeof rule !== 'object' || rule === null) return rule;
  const { props, items, rules, value } = rule as Record<string, unknown>;
  return {
    nullable: false,
    ...rule,
    // Otherwise 1 would equal true.
    ...('type' in rule && rule.type === 'equal' ? { strict: true } : {}),
    ...(props ? { strict: true, props: strictRules(props as Schema) } : {}),
    ...(items ? { items: strictRule(items) } : {}),
    ...(rules ? { rules: strictRule(rules) } : {}),
    ...(value && 'type' in rule && rule.type === 'record' ? { value: strictRule(value) } : {}),
  };
}

const validator = new Validator({ considerNullAsAValue: true });

/**
 * A strict check of a schema, which returns true or the faults. The schema is compiled at the first call, as compiling all
 * of an application's schemas takes half a second.
 */
export function strictCheck(schema: Schema): (value: unknown) => ReturnType<ReturnType<typeof validator.compile>> {
  let check: ReturnType<typeof validator.compile> | undefined;
  return (value) => {
    check ??= validator.compile({ $$strict: true, ...strictRules(schema) } as ValidationSchema);
    return check(value);
  };
}

/** A check of an action's results against its contract. It throws {Error}, as a wrong result is a bug of the action. */
export function resultCheck(name: string, action: ActionContract): (result: unknown) => void {
  const check = strictCheck({ result: action.returns ?? { type: 'any', optional: true } });
  return (result) => {
    // A copy without undefined fields, as the transporter would make it; the check may also change its input.
    const faults = check({ result: result === undefined ? undefined : JSON.parse(JSON.stringify(result)) });
    if (faults !== true) throw new Error(`${name} answered against its contract: ${JSON.stringify(faults)}`);
  };
}
