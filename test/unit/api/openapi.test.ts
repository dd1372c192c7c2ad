import { describe, expect, test } from '@jest/globals';
import { contract } from '../../../lib/contract/contract.ts';
import type { JsonSchema } from '../../../lib/contract/json-schema.ts';
import { named } from '../../../lib/contract/named.ts';
import { openapi } from '../../../services/api/docs/openapi.ts';
import { routesOf } from '../../../services/api/http/routes.ts';
import { contracts } from '../../../services/contracts.ts';
import { PROBLEMS, type ProblemCode } from '../../../services/shared/problem-codes.ts';
import { PROBLEM_MEMBERS } from '../../../services/shared/problem-members.ts';

interface Response {
  $ref?: string;
  headers?: object;
  content?: Record<string, { schema: JsonSchema & OneOf }>;
}
interface OneOf {
  oneOf?: { $ref: string }[];
  discriminator?: { propertyName: string; mapping: Record<string, string> };
}
interface Operation {
  operationId: string;
  security: object[];
  responses: Record<string, Response>;
}
interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: Record<'schemas' | 'responses' | 'headers' | 'securitySchemes', Record<string, JsonSchema>>;
}

const described = (...given: Parameters<typeof routesOf>) => openapi(routesOf(...given)) as unknown as OpenApi;
const document = described(contracts);
const { schemas, responses } = document.components;
const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
const operationOf = (id: string): Operation => operations.find(({ operationId }) => operationId === id) as Operation;

/** Each part of a value with its place, but for examples. */
function* parts(value: unknown, place = ''): Generator<{ part: Record<string, unknown>; place: string }> {
  if (typeof value !== 'object' || value === null) return;
  yield { part: value as Record<string, unknown>, place };
  for (const [key, inner] of Object.entries(value)) if (key !== 'example') yield* parts(inner, `${place}/${key}`);
}

describe('the components of the OpenAPI document', () => {
  test.each([
    'Address Availability Cart CartLine Category Coupon CreditNote Customer Hold Image Invoice Money Order OrderLine',
    'OrderStatus PostalAddress Problem Product ProductCard Quote Rating Refund Return Review Session StaffOrder Variant',
    'AddressPage CategoryPage OrderPage ReviewPage SessionPage StaffOrderPage',
  ])('are named by what they are: %s', (names) => {
    expect(Object.keys(schemas)).toEqual(expect.arrayContaining(names.split(' ')));
  });

  test('are all referred to, but for problems that any address may answer, and each reference leads to one', () => {
    const refs = [...parts(document)].flatMap(({ part: { $ref } }) => (typeof $ref === 'string' ? [$ref] : []));
    const there = Object.entries(document.components).flatMap(([kind, named]) =>
      kind === 'securitySchemes' ? [] : Object.keys(named).map((name) => `#/components/${kind}/${name}`),
    );
    expect(there).toEqual(expect.arrayContaining([...new Set(refs)]));
    expect(there.filter((one) => !refs.includes(one) && !one.endsWith('Problem'))).toEqual([]);
  });

  test('are what each JSON answer is, so that clients have a name for its type', () => {
    for (const { operationId, responses } of operations) {
      for (const { content } of Object.values(responses)) {
        const schema = content?.['application/json']?.schema;
        if (!schema || Object.keys(schema).length === 0) continue;
        expect([operationId, schema]).toEqual([
          operationId,
          { $ref: expect.stringMatching(/^#\/components\/schemas\//) },
        ]);
      }
    }
  });

  test('have each object and list of values once; only bodies of requests may be alike', () => {
    const places = new Map<string, string[]>();
    for (const { part, place } of parts(document)) {
      const isSchema = part.enum || (part.properties && part.type === 'object');
      if (!isSchema || /\/requestBody\/content\/[^/]+\/json\/schema$/.test(place)) continue;
      const text = JSON.stringify(part);
      places.set(text, [...(places.get(text) ?? []), place]);
    }
    const repeated = [...places.values()].filter((all) => all.length > 1);
    // The same fields with another meaning.
    expect(repeated).toEqual([['/components/schemas/FieldError', '/components/schemas/Warning']]);
  });

  test('cannot have one name for two different rules', () => {
    const action = { visibility: 'published', auth: 'public', idempotent: true, params: {} } as const;
    const a = { ...action, summary: 'A', rest: 'GET /a', returns: named('Thing', { type: 'string' }) } as const;
    const b = { ...action, summary: 'B', rest: 'GET /b', returns: named('Thing', { type: 'number' }) } as const;
    expect(() => described([contract('things', { a, b: { ...b, returns: a.returns } }, {})])).not.toThrow();
    expect(() => described([contract('things', { a, b }, {})])).toThrow('two different rules have the name Thing');
  });
});

describe('the problems in the OpenAPI document', () => {
  test.each(Object.keys(PROBLEMS) as ProblemCode[])(
    '%s has a schema with its type, its status and its members',
    (code) => {
      const name = `${code.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}Problem`;
      const members = Object.keys((PROBLEM_MEMBERS as Partial<Record<ProblemCode, object>>)[code] ?? {});
      expect(schemas[name]).toMatchObject({
        allOf: [{ $ref: '#/components/schemas/Problem' }],
        properties: { type: { const: `/problems/${code}` }, status: { const: PROBLEMS[code].status } },
        unevaluatedProperties: false,
      });
      expect(Object.keys(schemas[name]?.properties as object)).toEqual(['type', 'status', ...members]);
    },
  );

  test('of one status are told apart by their type', () => {
    const { content = {} } = operationOf('order.place').responses[409] ?? {};
    const { oneOf = [], discriminator } = content['application/problem+json']?.schema ?? {};
    expect(oneOf).toContainEqual({ $ref: '#/components/schemas/OutOfStockProblem' });
    expect(discriminator?.propertyName).toBe('type');
    expect(Object.values(discriminator?.mapping ?? {})).toEqual(oneOf.map(({ $ref }) => $ref));
    for (const [type, ref] of Object.entries(discriminator?.mapping ?? {})) {
      expect(schemas[ref.split('/').at(-1) ?? '']).toMatchObject({ properties: { type: { const: type } } });
    }
  });

  test('say when to come back exactly where an answer has Retry-After', () => {
    expect(Object.keys(responses.UnavailableOrOverloaded?.headers as object)).toContain('Retry-After');
    expect(Object.keys(responses.RateLimited?.headers as object)).toContain('Retry-After');
    expect(Object.keys(responses.NotFound?.headers as object)).not.toContain('Retry-After');
    expect(Object.keys(operationOf('order.place').responses[409]?.headers ?? {})).toContain('Retry-After');
  });
});

describe('who may ask, in the OpenAPI document', () => {
  const [nobody, account, guest] = [{}, { accessToken: [] }, [{ cartToken: [] }, { cartCookie: [] }]];
  const bearer = { orderToken: [] };
  test.each([
    ['product.get', []],
    ['order.place', [account, ...guest]],
    ['order.get', [account, bearer]],
    ['order.cancel', [account, bearer]],
    ['order.list', [account]],
    ['invoice.get', [account, bearer]],
    ['tracking.follow', [account, bearer]],
    ['order.search', [account]],
    ['hold.put', [account]],
    ['cart.get', [nobody, account, ...guest]],
    ['cart.setItem', [nobody, account, ...guest]],
    ['checkout.quote', [nobody, account, ...guest]],
    ['customer.login', [nobody, ...guest]],
    ['customer.register', [nobody, ...guest]],
    ['customer.logout', [nobody, account]],
  ])('%s takes %j', (action, security) => {
    expect(operationOf(action).security).toEqual(security);
  });
});
