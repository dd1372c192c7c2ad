import type { ActionContract, Method, Schema } from '../../../lib/contract/contract.ts';
import { escapePointerPart } from '../../../lib/contract/pointer.ts';
import { errors } from '../../shared/problems.ts';
import type { Route } from './routes.ts';
import { refuseUnsafeBody, refuseUnsafePath } from './unsafe-names.ts';

/** The parts of a request that can hold parameters. */
export interface RequestParts {
  headers: NodeJS.Dict<string | string[]>;
  path: Record<string, unknown>;
  query: Record<string, unknown>;
  /** `undefined` without a body. */
  body: unknown;
  /** The body as it was sent; kept for routes that ask for it. */
  raw?: string | undefined;
}

/**
 * Collects the parameters of an action, each from the one place its route defines: the path, a header, the body, or (for
 * GET and DELETE) the query. The same name elsewhere is refused. The action validates the values.
 * @throws invalid-request, missing-idempotency-key, not-found
 */
export function paramsOf({ method, pathParams, contract }: Route, given: RequestParts): Record<string, unknown> {
  const { rawBody } = contract;
  refuseUnsafePath(given.path);
  if (rawBody) {
    rejectUnknown(Object.keys(given.query));
    const headers = headerParams(contract.headers ?? {}, contract.params, given.headers);
    return { ...given.path, ...headers, [rawBody]: given.raw ?? '' };
  }
  const inQuery = queryHasParams(method, contract);
  const headers = headerParams(contract.headers ?? {}, contract.params, given.headers);
  const elsewhere = new Set([...pathParams, ...Object.keys(contract.headers ?? {})]);
  if (!inQuery) rejectUnknown(Object.keys(given.query));
  else if (given.body !== undefined && Object.keys(Object(given.body)).length > 0) {
    throw errors.malformed('This request takes no body.');
  }
  const own = inQuery ? parseQuery(given.query, contract.params) : bodyOf(given.body);
  rejectUnknown(Object.keys(own).filter((field) => elsewhere.has(field)));
  return { ...own, ...given.path, ...headers };
}

/** Whether the parameters of a route that are neither in its path nor in a header are in the query. */
export const queryHasParams = (method: Method, { takesBody, upload }: ActionContract): boolean =>
  method === 'GET' || upload !== undefined || (method === 'DELETE' && !takesBody);

function rejectUnknown(fields: string[]): void {
  if (fields.length === 0) return;
  throw errors.invalidRequest(
    fields.map((field) => ({ pointer: `/${escapePointerPart(field)}`, detail: `${field} is not known here.` })),
  );
}

function headerParams(names: Readonly<Record<string, string>>, params: Schema, headers: RequestParts['headers']) {
  const found: Record<string, unknown> = {};
  for (const [param, header] of Object.entries(names)) {
    const value = headers[header.toLowerCase()];
    if (value !== undefined && value !== '') found[param] = value;
    else if (Object.hasOwn(Object(params[param]), 'optional')) continue;
    else if (header === 'Idempotency-Key') throw errors.missingIdempotencyKey();
    else if (header === 'If-Match') throw errors.missingVersion();
    else throw errors.malformed(`The header ${header} is missing.`);
  }
  return found;
}

function bodyOf(body: unknown): Record<string, unknown> {
  if (body === undefined) return {};
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw errors.malformed('The body must be a JSON object.');
  }
  refuseUnsafeBody(body);
  return body as Record<string, unknown>;
}

/**
 * Converts the text of a query to the types of the contract: numbers, booleans, and a list of one for a single text. Text
 * that does not fit is left for the validator to refuse.
 */
function parseQuery(query: Record<string, unknown>, params: Schema): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(query).map(([field, value]) => [
      field,
      Object.hasOwn(params, field) ? coerce(value, params[field]) : value,
    ]),
  );
}

function coerce(value: unknown, rule: unknown): unknown {
  const { type, value: inner } = Object(rule) as { type?: string; value?: unknown };
  if (type === 'number' && typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  if (type === 'array' && typeof value === 'string') return [value];
  // As in `attr[colour]=red`.
  if (type === 'record' && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, coerce(one, inner)]));
  }
  return value;
}
