import { Errors, type Middleware } from 'moleculer';
import type { Contract, Schema } from './contract.ts';
import { strictCheck } from './strict.ts';

/**
 * The middleware that checks each received event against its contract, as the parameters of actions are checked. An
 * invalid event does not reach its handlers; Moleculer logs the error. Events without a contract are Moleculer's own.
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
      const check = strictCheck(schema);
      return function (this: unknown, ctx) {
        const found = check(ctx.params ?? {});
        if (found !== true) return Promise.reject(new Errors.ValidationError(`${name} breaks its contract`, '', found));
        return next.call(this as never, ctx);
      };
    },
  };
}
