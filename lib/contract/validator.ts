import { createRequire } from 'node:module';
import { Validators } from 'moleculer';

/** Loaded by require: the types of fastest-validator describe an ES module that its package does not have. */
const FastestValidator = createRequire(import.meta.url)(
  'fastest-validator',
) as typeof import('fastest-validator').default;

type Base = InstanceType<typeof FastestValidator>;

/**
 * A fastest-validator whose messages have the type of a refused object or list instead of its value. Otherwise it would
 * convert the value to a text, which throws for `[{"toString": 1}]`.
 */
export class Validator extends FastestValidator {
  override makeError(refusal: Parameters<Base['makeError']>[0]): string {
    // Source code, of an expression for the value.
    const { actual } = refusal;
    const named = actual == null ? actual : `((v) => (typeof v === "object" && v !== null ? "object" : v))(${actual})`;
    return super.makeError({ ...refusal, actual: named });
  }

  /** Rules without messages of their own share the default ones; a copy for each of 2,600 rules takes 8 MB. */
  override getRuleFromSchema(name: Parameters<Base['getRuleFromSchema']>[0]): ReturnType<Base['getRuleFromSchema']> {
    const rule = super.getRuleFromSchema(name);
    return { ...rule, ...(rule.schema.messages ? {} : { messages: this.messages }) };
  }
}

/** Null is not treated as a missing value; `strictRules` allows it only in nullable rules. */
const NULL_IS_A_VALUE = { considerNullAsAValue: true };

/** The validator that Moleculer checks the parameters of actions with. */
export function paramsValidator(): Validators.Fastest {
  const checker = new Validators.Fastest(NULL_IS_A_VALUE) as Validators.Fastest & { validator: unknown };
  checker.validator = new Validator({ ...NULL_IS_A_VALUE, useNewCustomCheckerFunction: true });
  return checker;
}
