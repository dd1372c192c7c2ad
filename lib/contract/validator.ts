import { createRequire } from 'node:module';
import { Validators } from 'moleculer';

/** fastest-validator, whose types describe an ES module that its package does not have. */
const FastestValidator = createRequire(import.meta.url)(
  'fastest-validator',
) as typeof import('fastest-validator').default;

/**
 * fastest-validator, whose errors name the type of a refused object or list instead of the value. It would put that into
 * the message, which throws for what cannot become a text, such as `[{"toString": 1}]`.
 */
export class Validator extends FastestValidator {
  override makeError(refusal: Parameters<InstanceType<typeof FastestValidator>['makeError']>[0]): string {
    // The source code of an expression.
    const { actual } = refusal;
    const named = actual == null ? actual : `((v) => (typeof v === "object" && v !== null ? "object" : v))(${actual})`;
    return super.makeError({ ...refusal, actual: named });
  }
}

/** Only a rule that says `nullable` takes null (lib/contract/service.ts). */
const OPTIONS = { considerNullAsAValue: true };

/** Checks the parameters of actions for Moleculer. */
export function paramsValidator(): Validators.Fastest {
  const checker = new Validators.Fastest(OPTIONS) as Validators.Fastest & { validator: unknown };
  checker.validator = new Validator({ ...OPTIONS, useNewCustomCheckerFunction: true });
  return checker;
}
