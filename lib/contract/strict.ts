import type { ValidationSchema } from 'fastest-validator';
import type { ActionContract, Schema } from './contract.ts';
import { Validator } from './validator.ts';

/**
 * fastest-validator refuses unknown fields only where each object says so, and takes null for any optional field, which
 * no handler expects. Needs the option `considerNullAsAValue`.
 */
export function strict(schema: Schema): Record<string, unknown> {
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
    // Or 1 would be taken for true.
    ...('type' in rule && rule.type === 'equal' ? { strict: true } : {}),
    ...(props ? { strict: true, props: strict(props as Schema) } : {}),
    ...(items ? { items: strictRule(items) } : {}),
    ...(rules ? { rules: strictRule(rules) } : {}),
    ...(value && 'type' in rule && rule.type === 'record' ? { value: strictRule(value) } : {}),
  };
}

const validator = new Validator({ considerNullAsAValue: true });

/** Checks results of an action against its contract. The check throws {Error}: it is the action's own mistake. */
export function resultCheck(name: string, action: ActionContract): (result: unknown) => void {
  const rule = action.returns ? strictRule(action.returns) : { type: 'any', optional: true };
  // When it is first needed: to compile all of them takes half a second.
  let check: ReturnType<typeof validator.compile> | undefined;
  return (result) => {
    check ??= validator.compile({ $$strict: true, result: rule } as ValidationSchema);
    // A copy, as the transporter would make: undefined fields are gone, and the check may not touch the original.
    const found = check({ result: result === undefined ? undefined : JSON.parse(JSON.stringify(result)) });
    if (found !== true) throw new Error(`${name} answered against its contract: ${JSON.stringify(found)}`);
  };
}
