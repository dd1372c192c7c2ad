import type { FieldError } from '../../../lib/contract/errors.ts';
import { escapePointerPart } from '../../../lib/contract/pointer.ts';
import { isInheritedName, isUnsafeName } from '../../../lib/contract/unsafe-names.ts';
import { errors } from '../../shared/problems.ts';

/** Far above the depth of any contract, and safe for a recursion. */
const MAX_DEPTH = 32;
/** Above the longest list of any contract. */
const MAX_LIST_LENGTH = 1000;
const MAX_FIELDS = 10_000;
/** Above the longest name of any contract. Errors repeat the names that they refuse. */
const MAX_NAME_LENGTH = 200;
/** A lone surrogate has no form in UTF-8, so that a database would keep another character. */
const HALF_CHARACTER = 'This is not well-formed Unicode: it has half of a surrogate pair.';

/** @throws invalid-request for unsafe or overlong names at any depth of a body, half characters, and a body beyond the limits */
export function refuseUnsafeBody(body: object): void {
  const found: FieldError[] = [];
  search(body, '', found, { fields: 0 });
  if (found.length > 0) throw errors.invalidRequest(found);
}

/** JSON.parse makes unsafe names own fields, which pass a strict check and do harm when they are merged later. */
function search(value: unknown, pointer: string, found: FieldError[], seen: { fields: number }, depth = 1): void {
  if (typeof value === 'string' && !value.isWellFormed()) found.push({ pointer, detail: HALF_CHARACTER });
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH) throw errors.malformed(`The body may be nested ${MAX_DEPTH} levels deep.`);
  if (Array.isArray(value) && value.length > MAX_LIST_LENGTH) {
    throw errors.invalidRequest([{ pointer, detail: `A list may have ${MAX_LIST_LENGTH} elements.` }]);
  }
  for (const [key, inner] of Object.entries(value)) {
    seen.fields += 1;
    if (seen.fields > MAX_FIELDS) throw errors.malformed(`The body may have ${MAX_FIELDS} fields.`);
    if (!key.isWellFormed()) found.push({ pointer, detail: HALF_CHARACTER });
    else if (key.length > MAX_NAME_LENGTH)
      found.push({ pointer, detail: `A name may have ${MAX_NAME_LENGTH} characters.` });
    else if (isUnsafeName(key)) found.push(unknown(pointer, key));
    else search(inner, `${pointer}/${escapePointerPart(key)}`, found, seen, depth + 1);
  }
}

/** Refuses unsafe names, which the query's parser would leave out without an error. @throws invalid-request */
export function refuseUnsafeQuery(url: string): void {
  const at = url.indexOf('?');
  if (at < 0) return;
  // `attr[colour]` has two names; `brand[]` is a list, whose elements have none.
  const namesIn = (name: string) => name.split(/[[\]]+/).filter((part) => part !== '');
  const names = [...new URLSearchParams(url.slice(at + 1)).keys()];
  const found = names.filter((name) => namesIn(name).some(isUnsafeName)).map((name) => unknown('', name));
  if (found.length > 0) throw errors.invalidRequest(found);
}

/**
 * A parameter in the path is a value, but some services use it as the name of a field (a SKU, a slug). No document has an
 * unsafe name, so it is not found. Dots are allowed for file names. @throws not-found
 */
export function refuseUnsafePath(params: Readonly<Record<string, unknown>>): void {
  const isUnsafe = (value: unknown) => typeof value === 'string' && (value.startsWith('$') || isInheritedName(value));
  if (Object.values(params).some(isUnsafe)) throw errors.notFound();
}

const unknown = (pointer: string, name: string): FieldError => ({
  pointer: `${pointer}/${escapePointerPart(name)}`,
  detail: `${name} is not known here.`,
});
