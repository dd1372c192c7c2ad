import type { ActionContract, Contract, Method } from '../../../lib/contract/contract.ts';

/** A contract's action with its route. */
export interface Route {
  /** The action's full name. */
  action: string;
  method: Method;
  /** Such as `/v1/orders/:id`. */
  path: string;
  /** Names of the parameters in the path. */
  pathParams: string[];
  contract: ActionContract;
}

/** Every route of the shop, as the contracts declare them. @throws {Error} when two contracts claim the same route. */
export function routesOf(contracts: readonly Contract[]): Route[] {
  const routes = contracts.flatMap(({ name, actions }) =>
    Object.entries(actions).flatMap(([key, contract]) => (contract.rest ? [routeOf(`${name}.${key}`, contract)] : [])),
  );
  const seen = new Set<string>();
  for (const { method, path } of routes) {
    const shape = `${method} ${path.replaceAll(/:\w+/g, ':')}`;
    if (seen.has(shape)) throw new Error(`two actions claim ${method} ${path}`);
    seen.add(shape);
  }
  return routes;
}

function routeOf(action: string, contract: ActionContract): Route {
  const [method, path] = (contract.rest as string).split(' ') as [Method, string];
  return {
    action,
    method,
    path,
    pathParams: [...path.matchAll(/:(\w+)/g)].map(([, name]) => name as string),
    contract,
  };
}

/** Whether requests to a route have a body. */
export const hasBody = ({ method, contract }: Route): boolean =>
  method !== 'GET' && (method !== 'DELETE' || contract.takesBody === true);

/** The aliases that moleculer-web takes. */
export function aliasesOf(routes: readonly Route[]): Record<string, string> {
  return Object.fromEntries(routes.map(({ method, path, action }) => [`${method} ${path}`, action]));
}
