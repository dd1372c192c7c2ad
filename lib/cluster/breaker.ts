import type { Middleware } from 'moleculer';
import { service } from '../contract/service.ts';
import { outsideStates } from '../process/outside-breaker.ts';
import { breaker as contract } from './breaker.contract.ts';
import { trippedCircuits } from './node-breaker.ts';

/** Adds the service that shows operators the circuit breakers of a node (`breakers` in the REPL). */
export function breakerService(checkResults: boolean): Middleware {
  return {
    name: 'BreakerService',
    created(broker) {
      const outside = () => [...outsideStates].map(([target, state]) => ({ target, state }));
      broker.createService(
        service(
          contract,
          { checkResults },
          { handlers: { list: () => ({ items: [...trippedCircuits(broker), ...outside()] }) } },
        ),
      );
    },
  };
}
