import type { IncomingMessage } from 'node:http';
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

/** Whether the results of a route differ from caller to caller. */
export const isPersonal = ({ auth, personal }: ActionContract): boolean => personal ?? auth !== 'public';

/** Matches requests to routes that take the body as it was sent. */
export function wantsRawBody(routes: readonly Route[]): (req: IncomingMessage) => boolean {
  const raw = routes.filter(({ contract }) => contract.rawBody).map(({ path }) => path.replace(/:.*/, ''));
  return (req) => raw.some((path) => req.url?.startsWith(path));
}

export const isRead = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';

/** `/v1/orders/{id}` with the fields of the result. */
export function locationOf(template: string, result: unknown): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, field: string) =>
    encodeURIComponent(String((result as Record<string, unknown>)[field])),
  );
}

/** The routes as moleculer-web's aliases: `GET /v1/orders/:id` to `order.get`. */
export function aliasesOf(routes: readonly Route[]): Record<string, string> {
  return Object.fromEntries(routes.map(({ method, path, action }) => [`${method} ${path}`, action]));
}
