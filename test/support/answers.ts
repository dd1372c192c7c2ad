import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import { openapi } from '../../services/api/docs/openapi.ts';
import { routesOf } from '../../services/api/http/routes.ts';
import { contracts } from '../../services/contracts.ts';
import { leakOf } from './leaks.ts';

interface Media {
  schema: object;
}
interface Described {
  responses: Record<string, { content?: Record<string, Media>; headers?: object }>;
}
interface Answered {
  status: number;
  headers: Headers;
  body: unknown;
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
const addFormats = addFormatsModule as unknown as (to: Ajv2020) => void;
addFormats(ajv);
const checks = new WeakMap<object, ValidateFunction>();

const { paths } = openapi(routesOf(contracts)) as { paths: Record<string, Record<string, Described>> };
const templates = Object.entries(paths).map(([path, operations]) => ({
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
  const operation = templates.find(({ pattern, operations }) => pattern.test(path) && operations[verb])?.operations[
    verb
  ];
  const { status, headers, body } = answer;
  const type = (headers.get('content-type') ?? '').split(';', 1)[0] ?? '';
  const wrong = (what: string) =>
    new Error(`${method} ${path} answered ${status} ${type}, ${what}: ${JSON.stringify(body)?.slice(0, 500)}`);
  if (!headers.get('x-request-id')) throw wrong('without a request id');
  const leak = method === 'HEAD' || path === '/openapi.json' ? undefined : leakOf(path, answer);
  if (leak) throw wrong(`and tells ${leak}`);
  if (!operation) {
    if (!NOWHERE.includes(status)) throw wrong('at an address that is not described');
    if (status !== 204 && type !== 'application/problem+json') throw wrong('which is no problem');
    return;
  }
  const described = operation.responses[String(status)];
  if (!described) throw wrong('a status that is not described');
  const { content = {}, headers: named = {} } = described;
  if ('ETag' in named && !headers.get('etag')) throw wrong('without an entity tag');
  if (Object.keys(content).length === 0 || method === 'HEAD') {
    if (body !== '') throw wrong('which is described without a body');
    return;
  }
  const media = content[type];
  if (!media) throw wrong('a media type that is not described');
  if (!type.includes('json')) return;
  const check = checks.get(media) ?? ajv.compile(media.schema);
  checks.set(media, check);
  if (!check(body)) throw wrong(ajv.errorsText(check.errors));
}
