import type { ActionContract, Method, Schema } from '../../lib/contract.ts';
import { errors, type FieldError } from '../../lib/errors.ts';
import { escaped } from '../../lib/pointer.ts';
import { isUnsafeName } from '../../lib/unsafe-names.ts';
import type { Route } from './routes.ts';

/** What of a request can become parameters. */
export interface Given {
  headers: NodeJS.Dict<string | string[]>;
  path: Record<string, unknown>;
  query: Record<string, unknown>;
  /** `undefined` without a body. */
  body: unknown;
  /** The body as it was sent; kept for routes that ask for it. */
  raw?: string | undefined;
}

/** Far above what any contract has; below what a recursion of ours can follow. */
const DEEPEST = 32;
/** Above any list of ours; what has more is not looked at element by element. */
const LONGEST = 1000;
const MOST_FIELDS = 10_000;
/** A lone surrogate has no form in UTF-8, so that a database would keep another character. */
const HALF_CHARACTER = 'This is not well-formed Unicode: it has half of a surrogate pair.';

/**
 * The parameters of an action: each from the one place where its route has it, the path, a header, the body, or (for
 * GET and DELETE) the query. Nothing can be smuggled in through another one. Whether they are right, the action checks.
 * @throws invalid-request, missing-idempotency-key
 */
export function paramsOf({ method, pathParams, contract }: Route, given: Given): Record<string, unknown> {
  const { rawBody } = contract;
  if (rawBody) {
    refuseUnknown(Object.keys(given.query));
    const headers = headerParams(contract.headers ?? {}, contract.params, given.headers);
    return { ...given.path, ...headers, [rawBody]: given.raw ?? '' };
  }
  const inQuery = queryHasParams(method, contract);
  const headers = headerParams(contract.headers ?? {}, contract.params, given.headers);
  const elsewhere = new Set([...pathParams, ...Object.keys(contract.headers ?? {})]);
  if (!inQuery) refuseUnknown(Object.keys(given.query));
  else if (given.body !== undefined && Object.keys(Object(given.body)).length > 0) {
    throw errors.malformed('This request takes no body.');
  }
  const own = inQuery ? fromText(given.query, contract.params) : bodyOf(given.body);
  refuseUnknown(Object.keys(own).filter((field) => elsewhere.has(field)));
  return { ...own, ...given.path, ...headers };
}

/** Whether the parameters of a route that are neither in its path nor in a header are in the query. */
export const queryHasParams = (method: Method, { takesBody, upload }: ActionContract): boolean =>
  method === 'GET' || upload !== undefined || (method === 'DELETE' && !takesBody);

function refuseUnknown(fields: string[]): void {
  if (fields.length === 0) return;
  throw errors.invalidRequest(
    fields.map((field) => ({ pointer: `/${escaped(field)}`, detail: `${field} is not known here.` })),
  );
}

function headerParams(names: Readonly<Record<string, string>>, params: Schema, headers: Given['headers']) {
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
  const unsafe: FieldError[] = [];
  search(body, '', unsafe, { fields: 0 });
  if (unsafe.length > 0) throw errors.invalidRequest(unsafe);
  return body as Record<string, unknown>;
}

/** JSON.parse makes these names own fields, which pass a strict check and do harm when they are merged later. */
function search(value: unknown, pointer: string, found: FieldError[], seen: { fields: number }, depth = 1): void {
  if (typeof value === 'string' && !value.isWellFormed()) found.push({ pointer, detail: HALF_CHARACTER });
  if (typeof value !== 'object' || value === null) return;
  if (depth > DEEPEST) throw errors.malformed(`The body may be nested ${DEEPEST} levels deep.`);
  if (Array.isArray(value) && value.length > LONGEST) {
    throw errors.invalidRequest([{ pointer, detail: `A list may have ${LONGEST} elements.` }]);
  }
  for (const [key, inner] of Object.entries(value)) {
    seen.fields += 1;
    if (seen.fields > MOST_FIELDS) throw errors.malformed(`The body may have ${MOST_FIELDS} fields.`);
    if (!key.isWellFormed()) found.push({ pointer, detail: HALF_CHARACTER });
    else if (isUnsafeName(key))
      found.push({ pointer: `${pointer}/${escaped(key)}`, detail: `${key} is not known here.` });
    else search(inner, `${pointer}/${escaped(key)}`, found, seen, depth + 1);
  }
}

/** The query's parser leaves out unsafe names; the client is told instead that they are not known here. */
export function refuseUnsafeQuery(url: string): void {
  const at = url.indexOf('?');
  if (at < 0) return;
  const names = [...new URLSearchParams(url.slice(at + 1)).keys()];
  refuseUnknown(names.filter((name) => name.split(/[.[\]]+/).some(isUnsafeName)));
}

/**
 * A query has only text: numbers and booleans are read as the contract wants them, and where it wants a list a single
 * text is one of one; what is nothing of this stays as it is.
 */
function fromText(query: Record<string, unknown>, params: Schema): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(query).map(([field, value]) => [
      field,
      Object.hasOwn(params, field) ? wanted(value, params[field]) : value,
    ]),
  );
}

function wanted(value: unknown, rule: unknown): unknown {
  const { type, value: inner } = Object(rule) as { type?: string; value?: unknown };
  if (type === 'number' && typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  if (type === 'array' && typeof value === 'string') return [value];
  // As in `attr[colour]=red`.
  if (type === 'record' && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, wanted(one, inner)]));
  }
  return value;
}
