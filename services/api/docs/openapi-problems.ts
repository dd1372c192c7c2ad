import type { JsonSchema, SchemaWriter } from '../../../lib/contract/json-schema.ts';
import { PROBLEMS, type ProblemCode } from '../../shared/problem-codes.ts';
import { membersOf } from '../../shared/problem-members.ts';
import { problemsOf } from '../http/route-problems.ts';
import type { Route } from '../http/routes.ts';

const CODES = Object.keys(PROBLEMS) as ProblemCode[];

/** The members that each problem has by RFC 9457. */
const PROBLEM: JsonSchema = {
  type: 'object',
  properties: {
    type: { type: 'string', description: 'The type of the problem, by which clients tell problems apart' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string', description: 'Contains the id of the request' },
  },
  required: ['type', 'title', 'status', 'detail', 'instance'],
};

/** `Problem`, and a schema for each type of problem. */
export const problemSchemas = (writer: SchemaWriter): Record<string, JsonSchema> => ({
  Problem: PROBLEM,
  ...Object.fromEntries(CODES.map((code) => [schemaName(code), kindSchema(code, writer)])),
});

function kindSchema(code: ProblemCode, writer: SchemaWriter): JsonSchema {
  const { status, title } = PROBLEMS[code];
  const { properties, required } = writer.ofFields(membersOf(code));
  return {
    description: title,
    type: 'object',
    allOf: [{ $ref: '#/components/schemas/Problem' }],
    properties: { type: { const: typeOf(code) }, status: { const: status }, ...(properties as JsonSchema) },
    ...(required ? { required } : {}),
    unevaluatedProperties: false,
  };
}

/** The problem responses that several routes share, by name. */
export function sharedProblemResponses(routes: readonly Route[]): Record<string, JsonSchema> {
  const counts = Map.groupBy(routes.flatMap(problemSets), responseName);
  const shared = [...counts].filter(([, sets]) => sets.length > 1);
  return Object.fromEntries(shared.map(([name, [codes = []]]) => [name, problemResponse(codes)]).sort());
}

/** The problem responses of a route, by status. */
export function problemResponses(route: Route, shared: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return Object.fromEntries(
    problemSets(route).map((codes) => {
      const name = responseName(codes);
      const isShared = Object.hasOwn(shared, name);
      return [statusOf(codes), isShared ? { $ref: `#/components/responses/${name}` } : problemResponse(codes)];
    }),
  );
}

/** The problem types of a route, grouped by status, in the order of `PROBLEMS`. */
function problemSets(route: Route): ProblemCode[][] {
  const codes = problemsOf(route);
  const sorted = CODES.filter((code) => codes.has(code));
  return [...Map.groupBy(sorted, (code) => PROBLEMS[code].status).values()];
}

function problemResponse(codes: readonly ProblemCode[]): JsonSchema {
  const refs = codes.map(schemaRef);
  const schema =
    refs.length === 1
      ? { $ref: refs[0] }
      : {
          oneOf: refs.map(($ref) => ({ $ref })),
          discriminator: {
            propertyName: 'type',
            mapping: Object.fromEntries(codes.map((code) => [typeOf(code), schemaRef(code)])),
          },
        };
  return {
    description: codes.map((code) => PROBLEMS[code].title).join(', or: '),
    headers: {
      'X-Request-Id': { $ref: '#/components/headers/RequestId' },
      ...(codes.some(hasRetryAfter) ? { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } } : {}),
    },
    content: { 'application/problem+json': { schema } },
  };
}

const hasRetryAfter = (code: ProblemCode): boolean => 'retryAfter' in PROBLEMS[code] || 'retryAfter' in membersOf(code);
const typeOf = (code: ProblemCode): string => `/problems/${code}`;
const statusOf = ([first]: readonly ProblemCode[]): number => (first ? PROBLEMS[first].status : 500);
const pascal = (code: string): string =>
  code.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
const schemaName = (code: ProblemCode): string => `${pascal(code)}Problem`;
const schemaRef = (code: ProblemCode): string => `#/components/schemas/${schemaName(code)}`;
/** `UnavailableOrOverloaded` */
const responseName = (codes: readonly ProblemCode[]): string => codes.map(pascal).join('Or');
