import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import { openapi } from '../../services/api/docs/openapi.ts';
import { routesOf } from '../../services/api/http/routes.ts';
import { contracts } from '../../services/contracts.ts';
import { leakOf } from './leaks.ts';

interface Response {
  content?: Record<string, object>;
  headers?: object;
}
interface Described {
  responses: Record<string, Response | { $ref: string }>;
}
interface OpenApi {
  paths: Record<string, Record<string, Described>>;
  components: { responses: Record<string, Response> };
}
interface Answered {
  status: number;
  headers: Headers;
  body: unknown;
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
const addFormats = addFormatsModule as unknown as (to: Ajv2020) => void;
addFormats(ajv);
const checks = new Map<string, ValidateFunction>();

const DOCUMENT = 'openapi.json';
const { paths, components } = openapi(routesOf(contracts)) as unknown as OpenApi;
// References of the schemas are read within the document that they stand in.
ajv.addSchema({ $id: DOCUMENT, paths, components });
const templates = Object.entries(paths).map(([path, operations]) => ({
  path,
  operations,
  pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`),
  /** A path that is written out comes before one with parameters. */
  open: path.split('{').length,
}));
templates.sort((a, b) => a.open - b.open);

/** What an address that is no operation's may be answered with. */
const NOWHERE = [404, 405, 400, 403, 414, 429, 431, 408, 413, 415, 204];

/** @throws {Error} for an answer that the description of the interface does not have, or that tells what is nobody's business */
export function checkAnswer(method: string, target: string, answer: Answered): void {
  const [path = '/'] = target.split('?', 1);
  const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
  const template = templates.find(({ pattern, operations }) => pattern.test(path) && operations[verb]);
  const operation = template?.operations[verb];
  const { status, headers, body } = answer;
  const type = (headers.get('content-type') ?? '').split(';', 1)[0] ?? '';
  const wrong = (what: string) =>
    new Error(`${method} ${path} answered ${status} ${type}, ${what}: ${JSON.stringify(body)?.slice(0, 500)}`);
  if (!headers.get('x-request-id')) throw wrong('without a request id');
  const leak = method === 'HEAD' || path === '/openapi.json' ? undefined : leakOf(path, answer);
  if (leak) throw wrong(`and tells ${leak}`);
  if (!template || !operation) {
    if (!NOWHERE.includes(status)) throw wrong('at an address that is not described');
    if (status !== 204 && type !== 'application/problem+json') throw wrong('which is no problem');
    return;
  }
  const described = operation.responses[String(status)];
  if (!described) throw wrong('a status that is not described');
  const { response, place } =
    '$ref' in described
      ? shared(described.$ref)
      : { response: described, place: ['paths', template.path, verb, 'responses', String(status)] };
  const { content = {}, headers: named = {} } = response;
  if ('ETag' in named && !headers.get('etag')) throw wrong('without an entity tag');
  if (Object.keys(content).length === 0 || method === 'HEAD') {
    if (body !== '') throw wrong('which is described without a body');
    return;
  }
  if (!content[type]) throw wrong('a media type that is not described');
  if (!type.includes('json')) return;
  const pointer = [...place, 'content', type, 'schema'].map(asToken).join('/');
  const check = checks.get(pointer) ?? ajv.compile({ $ref: `${DOCUMENT}#/${pointer}` });
  checks.set(pointer, check);
  if (!check(body)) throw wrong(ajv.errorsText(check.errors));
}

function shared($ref: string): { response: Response; place: string[] } {
  const name = $ref.replace('#/components/responses/', '');
  const response = components.responses[name];
  if (!response) throw new Error(`${$ref} is not in the document`);
  return { response, place: ['components', 'responses', name] };
}

/** A key as a reference token of a JSON pointer in a URI fragment (RFC 6901 §6). */
const asToken = (key: string): string => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));
