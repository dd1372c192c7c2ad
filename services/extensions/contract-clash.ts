import type { Contract } from '../../lib/contract/contract.ts';
import { openapi } from '../api/docs/openapi.ts';
import { type Route, routesOf } from '../api/http/routes.ts';

/** Names of services without a contract. */
const RESERVED_NAMES = ['watcher'];

/**
 * What keeps a contract from being used beside others.
 * @param known those of the shop, whose routes must stay as they are
 * @param others of extensions that were loaded before
 * @returns the end of a sentence that begins with the file's name
 */
export function clashOf(
  contract: Contract,
  known: readonly Contract[],
  others: readonly Contract[],
): string | undefined {
  const { name } = contract;
  if (RESERVED_NAMES.includes(name) || known.some((one) => one.name === name)) {
    return `has the contract ${name}, and the shop has one of that name`;
  }
  if (others.some((one) => one.name === name)) return `has the contract ${name}, and so has another file`;
  const shopRoutes = routesOf(known);
  const taken: Route[] = routesOf(others);
  for (const route of ownRoutes(contract)) {
    const text = `${route.method} ${route.path}`;
    const ours = shopRoutes.find((one) => overlap(one, route));
    if (ours) return `has the route ${text}, and the shop has ${ours.method} ${ours.path}`;
    const twin = taken.find((one) => shapeOf(one) === shapeOf(route));
    if (twin) return `has the route ${text}, and ${twin.action} has it already`;
    taken.push(route);
  }
  return descriptionFault([...known, ...others, contract]);
}

/** Two named rules of one name cannot both stand in the description of the interface. */
function descriptionFault(all: readonly Contract[]): string | undefined {
  try {
    openapi(routesOf(all));
    return undefined;
  } catch (error) {
    return `cannot be described: ${(error as Error).message}`;
  }
}

/** One action at a time: `routesOf` itself refuses two actions with one route. */
const ownRoutes = ({ name, actions }: Contract): Route[] =>
  Object.entries(actions).flatMap(([key, action]) => routesOf([{ name, actions: { [key]: action }, events: {} }]));

const shapeOf = ({ method, path }: Route): string => `${method} ${path.replaceAll(/:\w+/g, ':')}`;

/** Whether some request fits both: even a more exact path would take requests from a route of the shop. */
function overlap(a: Route, b: Route): boolean {
  const [one, other] = [a.path.split('/'), b.path.split('/')];
  const isParameter = (part: string | undefined) => part?.startsWith(':') === true;
  return (
    a.method === b.method &&
    one.length === other.length &&
    one.every((part, i) => part === other[i] || isParameter(part) || isParameter(other[i]))
  );
}
