import type { Middleware } from 'moleculer';
import { service } from '../contract/service.ts';
import { outsideStates } from '../process/outside-breaker.ts';
import { breaker as contract } from './breaker.contract.ts';
import { trippedCircuits } from './node-breaker.ts';

/** Puts the service on the node by which operators see its circuit breakers (`breakers` in the REPL). */
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
