import { STATUS_CODES } from 'node:http';
import { fullRule, isOptional, type JsonSchema, SchemaWriter } from '../../../lib/contract/json-schema.ts';
import { queryHasParams } from '../http/params.ts';
import { hasBody, type Route } from '../http/routes.ts';
import { bodyExample } from './openapi-examples.ts';
import { CART_TOKEN_SCHEMES, GUEST_SCHEMES, HEADERS, SECURITY_SCHEMES } from './openapi-parts.ts';
import { problemResponses, problemSchemas, sharedProblemResponses } from './openapi-problems.ts';

/** Headers that OpenAPI does not allow as parameters, and Accept-Encoding, which belongs to the transport. */
const UNDESCRIBED_HEADERS = ['Accept', 'Accept-Encoding', 'Content-Type'];

/**
 * The gateway's interface as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1), all of it from the contracts.
 * @throws {Error} when two different rules have one name
 */
export function openapi(routes: readonly Route[]): JsonSchema {
  const writer = new SchemaWriter();
  const problems = problemSchemas(writer);
  const responses = sharedProblemResponses(routes);
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, writer, responses) };
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
      securitySchemes: SECURITY_SCHEMES,
      headers: HEADERS,
      responses,
      schemas: { ...writer.components, ...problems },
    },
  };
}

const tagOf = ({ action }: Route): string => action.split('.', 1)[0] ?? action;

function operation(route: Route, writer: SchemaWriter, sharedResponses: Record<string, JsonSchema>): JsonSchema {
  const { action, contract } = route;
  return {
    operationId: action,
    summary: contract.summary,
    tags: [tagOf(route)],
    'x-idempotent': contract.idempotent,
    ...(contract.scope ? { 'x-scope': contract.scope } : {}),
    security: security(route),
    parameters: parameters(route, writer),
    ...(hasBody(route) ? requestBody(route, writer) : {}),
    responses: { ...success(route, writer), ...problemResponses(route, sharedResponses) },
  };
}

/** The alternatives by which a request may identify its caller; an empty one stands for no identification. */
function security({ contract }: Route): JsonSchema[] {
  const guestSchemes = contract.guest ? GUEST_SCHEMES[contract.guest] : [];
  if (contract.auth !== 'public') return ['accessToken', ...guestSchemes].map((scheme) => ({ [scheme]: [] }));
  const schemes = [...(contract.personal ? ['accessToken'] : []), ...(contract.cartToken ? CART_TOKEN_SCHEMES : [])];
  return schemes.length === 0 ? [] : [{}, ...schemes.map((scheme) => ({ [scheme]: [] }))];
}

const IF_NONE_MATCH = {
  name: 'If-None-Match',
  in: 'header',
  required: false,
  description: 'The ETag of the response that the client has',
  schema: { type: 'string' },
};

function parameters({ method, pathParams, contract }: Route, writer: SchemaWriter): JsonSchema[] {
  const { headers = {}, params } = contract;
  const inQuery = queryHasParams(method, contract);
  const own = Object.entries(params).flatMap(([name, rule]) => {
    const header = headers[name];
    const place = pathParams.includes(name) ? 'path' : header ? 'header' : inQuery ? 'query' : undefined;
    if (!place || UNDESCRIBED_HEADERS.includes(header ?? '')) return [];
    const required = place === 'path' || !isOptional(rule);
    // `attr[colour]=red`
    const style = fullRule(rule).type === 'record' ? { style: 'deepObject', explode: true } : {};
    return [{ name: header ?? name, in: place, required, ...style, schema: writer.ofRule(rule) }];
  });
  return contract.nearCache ? [...own, IF_NONE_MATCH] : own;
}

function requestBody({ pathParams, contract }: Route, writer: SchemaWriter): JsonSchema {
  const { params, headers = {}, rawBody, upload } = contract;
  if (upload) {
    // OpenAPI 3.1 describes binary bodies without a schema.
    return { requestBody: { required: true, content: Object.fromEntries(upload.types.map((type) => [type, {}])) } };
  }
  if (rawBody) return { requestBody: { required: true, content: { '*/*': { schema: {} } } } };
  const elsewhere = [...pathParams, ...Object.keys(headers)];
  const fields = Object.fromEntries(Object.entries(params).filter(([name]) => !elsewhere.includes(name)));
  if (Object.keys(fields).length === 0) return {};
  const required = Object.values(fields).some((rule) => !isOptional(rule));
  const content = { 'application/json': { schema: writer.ofFields(fields), example: bodyExample(fields) } };
  return { requestBody: { required, content } };
}

function success({ contract }: Route, writer: SchemaWriter): JsonSchema {
  const { status = 200, location, returns, produces, mayAnswer = [], nearCache } = contract;
  const headers = {
    'X-Request-Id': { $ref: '#/components/headers/RequestId' },
    RateLimit: { $ref: '#/components/headers/RateLimit' },
    ...(nearCache ? { ETag: { $ref: '#/components/headers/ETag' } } : {}),
    ...(location ? { Location: { $ref: '#/components/headers/Location' } } : {}),
  };
  const content = produces
    ? Object.fromEntries(produces.map((type) => [type, { schema: {} }]))
    : returns
      ? { 'application/json': { schema: writer.ofRule(returns) } }
      : undefined;
  const answer = { headers, ...(content ? { content } : {}) };
  const { RateLimit: _, ...unmetered } = headers;
  // A response from the near-cache may have no RateLimit header.
  const unchanged = { headers: nearCache ? unmetered : headers };
  const statuses = [status, ...mayAnswer, ...(nearCache ? [304] : [])];
  return Object.fromEntries(
    statuses.map((one) => [one, { description: STATUS_CODES[one], ...(one === 304 ? unchanged : answer) }]),
  );
}
