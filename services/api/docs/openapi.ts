import { fullRule, isOptional, type JsonSchema, objectSchema, ruleSchema } from '../../../lib/contract/json-schema.ts';
import { PROBLEMS, type ProblemCode } from '../../shared/problem-codes.ts';
import { queryHasParams } from '../http/params.ts';
import type { Route } from '../http/routes.ts';
import { bodyExample } from './openapi-examples.ts';

/** What any request may be answered with. */
const ANYWHERE: ProblemCode[] = [
  'invalid-request',
  'not-found',
  'request-timeout',
  'uri-too-long',
  'headers-too-large',
  'rate-limited',
  'internal-error',
  'unavailable',
  'overloaded',
];
const WITH_BODY: ProblemCode[] = ['payload-too-large', 'unsupported-media-type'];
const LOGGED_IN: ProblemCode[] = ['unauthenticated', 'invalid-token'];

/** What problems have besides the members of RFC 9457. */
const PROBLEM_MEMBERS: JsonSchema = {
  errors: {
    type: 'array',
    items: { type: 'object', properties: { pointer: { type: 'string' }, detail: { type: 'string' } } },
  },
  items: { type: 'array' },
  total: { type: 'object' },
  left: { type: 'object' },
  lines: { type: 'array', items: { type: 'object' } },
  shipping: { type: 'object' },
  least: { type: 'object' },
  largest: { type: 'object' },
  disputes: { type: 'array' },
  methods: { type: 'array' },
  orders: { type: 'array', items: { type: 'string' } },
  orderId: { type: 'string' },
  orderStatus: { type: 'string' },
  reason: { type: 'string' },
  code: { type: 'string' },
  allow: { type: 'array' },
  retryAfter: { type: 'number' },
  parts: { type: 'object', additionalProperties: { type: 'string' } },
};

/** The gateway's interface as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1), all of it from the contracts. */
export function openapi(routes: readonly Route[]): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Shop',
      version: '1',
      description: 'Money is an integer of minor units with its currency. Errors are problems (RFC 9457).',
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(tagOf))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        cartToken: { type: 'apiKey', in: 'header', name: 'X-Cart-Token' },
        cartCookie: { type: 'apiKey', in: 'cookie', name: 'cart' },
      },
      headers: {
        RequestId: { description: 'The id of the request in our logs', schema: { type: 'string' } },
        RateLimit: { description: 'What is left in this window', schema: { type: 'string' } },
        RetryAfter: { description: 'When to come back, in seconds', schema: { type: 'integer' } },
        Location: { description: 'Where it is', schema: { type: 'string' } },
        ETag: { description: 'Of these very bytes, for If-None-Match', schema: { type: 'string' } },
      },
    },
  };
}

const tagOf = ({ action }: Route): string => action.split('.', 1)[0] ?? action;
const hasBody = ({ method, contract }: Route): boolean =>
  method !== 'GET' && (method !== 'DELETE' || contract.takesBody === true);

function operation(route: Route): JsonSchema {
  const { action, contract } = route;
  return {
    operationId: action,
    summary: contract.summary,
    tags: [tagOf(route)],
    'x-idempotent': contract.idempotent,
    ...(contract.scope ? { 'x-scope': contract.scope } : {}),
    security: securityOf(route),
    parameters: parameters(route),
    ...(hasBody(route) ? requestBody(route) : {}),
    responses: { ...success(route), ...(contract.nearCache ? UNCHANGED : {}), ...problems(route) },
  };
}

const ETAG = { ETag: { $ref: '#/components/headers/ETag' } };
const IF_NONE_MATCH = {
  name: 'If-None-Match',
  in: 'header',
  required: false,
  description: 'The ETag of the answer that the caller has',
  schema: { type: 'string' },
};
const UNCHANGED = {
  304: {
    description: 'It is what the caller has',
    headers: { 'X-Request-Id': { $ref: '#/components/headers/RequestId' }, ...ETAG },
  },
};

function securityOf({ action, contract }: Route): JsonSchema[] {
  if (contract.auth !== 'public') return [{ accessToken: [] }];
  return /^(cart|checkout|hold)\./.test(action) ? [{}, { accessToken: [] }, { cartToken: [] }, { cartCookie: [] }] : [];
}

function parameters({ method, pathParams, contract }: Route): JsonSchema[] {
  const { headers = {}, params } = contract;
  const inQuery = queryHasParams(method, contract);
  const own = Object.entries(params).flatMap(([name, rule]) => {
    const header = headers[name];
    const place = pathParams.includes(name) ? 'path' : header ? 'header' : inQuery ? 'query' : undefined;
    if (!place || ['Accept', 'Accept-Encoding', 'Content-Type'].includes(header ?? '')) return [];
    const required = place === 'path' || !isOptional(rule);
    // `attr[colour]=red`
    const style = fullRule(rule).type === 'record' ? { style: 'deepObject', explode: true } : {};
    return [{ name: header ?? name, in: place, required, ...style, schema: ruleSchema(rule) }];
  });
  return contract.nearCache ? [...own, IF_NONE_MATCH] : own;
}

function requestBody({ pathParams, contract }: Route): JsonSchema {
  const { params, headers = {}, rawBody, upload } = contract;
  if (upload) {
    // OpenAPI 3.1: bytes as they are, without a schema.
    return { requestBody: { required: true, content: Object.fromEntries(upload.types.map((type) => [type, {}])) } };
  }
  if (rawBody) return { requestBody: { required: true, content: { '*/*': { schema: {} } } } };
  const elsewhere = [...pathParams, ...Object.keys(headers)];
  const fields = Object.fromEntries(Object.entries(params).filter(([name]) => !elsewhere.includes(name)));
  if (Object.keys(fields).length === 0) return {};
  const required = Object.values(fields).some((rule) => !isOptional(rule));
  const content = { 'application/json': { schema: objectSchema(fields), example: bodyExample(fields) } };
  return { requestBody: { required, content } };
}

function success({ contract }: Route): JsonSchema {
  const { status = 200, location, returns, produces, mayAnswer = [] } = contract;
  const headers = {
    'X-Request-Id': { $ref: '#/components/headers/RequestId' },
    RateLimit: { $ref: '#/components/headers/RateLimit' },
    ...(contract.nearCache ? ETAG : {}),
    ...(location ? { Location: { $ref: '#/components/headers/Location' } } : {}),
  };
  const content = produces
    ? Object.fromEntries(produces.map((type) => [type, { schema: {} }]))
    : returns
      ? { 'application/json': { schema: ruleSchema(returns) } }
      : undefined;
  const answer = { description: contract.summary, headers, ...(content ? { content } : {}) };
  const unchanged = { description: 'What you have is still right', headers };
  return Object.fromEntries([status, ...mayAnswer].map((one) => [one, one === 304 ? unchanged : answer]));
}

function problems(route: Route): JsonSchema {
  const { auth, problems: own = [] } = route.contract;
  const codes = new Set<string>([
    ...ANYWHERE,
    ...own,
    ...(hasBody(route) ? WITH_BODY : []),
    ...(auth === 'public' ? [] : LOGGED_IN),
  ]);
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code as ProblemCode].status);
  return Object.fromEntries([...byStatus].map(([status, types]) => [status, problemAnswer(status, types)]));
}

function problemAnswer(status: number, codes: readonly string[]): JsonSchema {
  const schema = {
    type: 'object',
    properties: {
      type: { enum: codes.map((code) => `/problems/${code}`) },
      title: { type: 'string' },
      status: { const: status },
      detail: { type: 'string' },
      instance: { type: 'string' },
      ...PROBLEM_MEMBERS,
    },
    required: ['type', 'title', 'status', 'detail', 'instance'],
    additionalProperties: false,
  };
  const comesBack = status === 429 || status === 503;
  return {
    description: codes.map((code) => PROBLEMS[code as ProblemCode].title).join(', or: '),
    headers: {
      'X-Request-Id': { $ref: '#/components/headers/RequestId' },
      ...(comesBack ? { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } } : {}),
    },
    content: { 'application/problem+json': { schema } },
  };
}
