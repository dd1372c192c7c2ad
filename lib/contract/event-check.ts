import type { ValidationSchema } from 'fastest-validator';
import { Errors, type Middleware } from 'moleculer';
import type { Contract, Schema } from './contract.ts';
import { strict } from './strict.ts';
import { Validator } from './validator.ts';

const validator = new Validator({ considerNullAsAValue: true });

/**
 * The middleware that checks each event that arrives against its contract, as the parameters of actions are. A handler is
 * not called with one that does not fit; Moleculer logs the error. Events of no contract are Moleculer's own.
 */
export function eventCheck(contracts: readonly Contract[]): Middleware {
  const schemas = new Map<string, Schema>(
    contracts.flatMap(({ name, events }) =>
      Object.entries(events).map(([key, { params }]) => [`${name}.${key}`, params]),
    ),
  );
  return {
    name: 'EventCheck',
    localEvent(next, event) {
      const { name = '' } = event;
      const schema = schemas.get(name);
      if (!schema) return next;
      // When the first one arrives: to compile all of them takes long.
      let check: ReturnType<typeof validator.compile> | undefined;
      return function (this: unknown, ctx) {
        check ??= validator.compile({ $$strict: true, ...strict(schema) } as ValidationSchema);
        const found = check(ctx.params ?? {});
        if (found !== true) return Promise.reject(new Errors.ValidationError(`${name} breaks its contract`, '', found));
        return next.call(this as never, ctx);
      };
    },
  };
}
