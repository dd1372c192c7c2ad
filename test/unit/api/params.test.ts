import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { contract } from '../../../lib/contract/contract.ts';
import { paramsOf, type RequestParts } from '../../../services/api/http/params.ts';
import { aliasesOf, type Route, routesOf } from '../../../services/api/http/routes.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
const action = { summary: 'Do', visibility: 'published', auth: 'public', idempotent: true } as const;
const things = contract(
  'things',
  {
    list: {
      ...action,
      rest: 'GET /v1/things',
      params: { limit: { type: 'number' }, all: { type: 'boolean' }, q: 'string', price: { type: 'number' } },
    },
    put: {
      ...action,
      rest: 'PUT /v1/things/:id',
      headers: { key: 'Idempotency-Key', trace: 'X-Trace' },
      params: { id: 'string', key: { type: 'string' }, trace: { type: 'string', optional: true }, name: 'string' },
    },
    remove: { ...action, rest: 'DELETE /v1/things/:id', params: { id: 'string', force: { type: 'boolean' } } },
  },
  {},
);
const [list, put, remove] = routesOf([things]) as [Route, Route, Route];

const given = (part: Partial<RequestParts>): RequestParts => ({
  headers: {},
  path: {},
  query: {},
  body: undefined,
  ...part,
});
const refusal = (route: Route, part: Partial<RequestParts>) => {
  try {
    paramsOf(route, given(part));
  } catch (error) {
    const { type, data } = error as { type: string; data?: { errors: { pointer: string }[] } };
    return { type, pointers: data?.errors.map(({ pointer }) => pointer) };
  }
  throw new Error('it was taken');
};
const keyed = { 'idempotency-key': 'k' };

describe('parameters', () => {
  test('come each from its place', () => {
    const params = paramsOf(put, given({ headers: keyed, path: { id: '1' }, body: { name: 'Ada' } }));
    expect(params).toEqual({ id: '1', key: 'k', name: 'Ada' });
    const traced = given({ headers: { ...keyed, 'x-trace': 't' }, path: { id: '1' } });
    expect(paramsOf(put, traced)).toEqual({ id: '1', key: 'k', trace: 't' });
    expect(paramsOf(remove, given({ path: { id: '1' }, query: { force: 'true' } }))).toEqual({ id: '1', force: true });
    expect(paramsOf(list, given({ body: {} }))).toEqual({});
  });

  test.each([
    ['a path parameter in the body', put, { headers: keyed, body: { id: '2' } }, ['/id']],
    ['a header parameter in the body', put, { headers: keyed, body: { key: '2' } }, ['/key']],
    [
      'a header parameter in the body that the header does not have',
      put,
      { headers: keyed, body: { trace: '2' } },
      ['/trace'],
    ],
    ['a path parameter in the query', remove, { path: { id: '1' }, query: { id: '2' } }, ['/id']],
    ['anything in the query of a PUT', put, { headers: keyed, query: { name: 'Eve', 'a/b': '1' } }, ['/name', '/a~1b']],
    ['a body on a GET', list, { body: { limit: 1 } }, undefined],
    ['a body on a DELETE', remove, { path: { id: '1' }, body: ['x'] }, undefined],
    ['a list for a body', put, { headers: keyed, body: [] }, undefined],
    ['a text for a body', put, { headers: keyed, body: 'name' }, undefined],
    ['null for a body', put, { headers: keyed, body: null }, undefined],
    ['__proto__', put, { headers: keyed, body: JSON.parse('{"__proto__":{"a":1}}') }, ['/__proto__']],
    [
      'a constructor deep inside',
      put,
      { headers: keyed, body: { a: [{ b: { constructor: 1 } }] } },
      ['/a/0/b/constructor'],
    ],
    [
      'what no pointer can name unescaped',
      put,
      { headers: keyed, body: { 'a/b~': { prototype: 1 } } },
      ['/a~1b~0/prototype'],
    ],
  ])('refuse %s', (_name, route, part, pointers) => {
    expect(refusal(route, part)).toEqual({ type: 'invalid-request', pointers });
  });

  test.each(['__proto__', 'constructor', 'toString', 'prototype', '$where', '$'])(
    'refuse %s in a path: nothing is called so',
    (id) => {
      expect(refusal(put, { headers: keyed, path: { id } }).type).toBe('not-found');
      expect(paramsOf(put, given({ headers: keyed, path: { id: `${id}1`.replace('$', '') } }))).toHaveProperty('id');
    },
  );

  test('refuse a request without a header that it needs', () => {
    for (const headers of [{}, { 'idempotency-key': '' }]) {
      expect(refusal(put, { headers, path: { id: '1' } }).type).toBe('missing-idempotency-key');
    }
  });

  test('from a query are read as the contract wants them, and otherwise left as they are', () => {
    const query = { limit: '10', all: 'true', q: '10', price: '-1.5', other: '7' };
    expect(paramsOf(list, given({ query }))).toEqual({ limit: 10, all: true, q: '10', price: -1.5, other: '7' });
    const odd = { limit: '1e3', all: 'yes', price: '', q: 'true' };
    expect(paramsOf(list, given({ query: odd }))).toEqual(odd);
    const queries = [
      { limit: ' 1' },
      { limit: '0x10' },
      { limit: '1,5' },
      { limit: ['1', '2'] },
      { limit: { $gt: '0' } },
    ];
    for (const query of queries) expect(paramsOf(list, given({ query }))).toEqual(query);
    const inherited = { toString: '1', valueOf: '2' };
    expect(paramsOf(list, given({ query: inherited }))).toEqual(inherited);
  });

  test('take a body of any shape without failing on it', () => {
    const check = fc.property(fc.object({ maxDepth: 5 }), (value) => {
      const body = JSON.parse(JSON.stringify(value));
      try {
        expect(paramsOf(put, given({ headers: keyed, body }))).toEqual({ ...body, key: 'k' });
      } catch (error) {
        if ((error as { type?: string }).type !== 'invalid-request') throw error;
      }
    });
    fc.assert(check, { seed });
  });

  test('refuse a body that is nested deeper than any contract', () => {
    const nested = (depth: number) => JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);
    expect(paramsOf(put, given({ headers: keyed, body: nested(32) }))).toHaveProperty('a');
    for (const depth of [33, 100_000]) {
      expect(refusal(put, { headers: keyed, body: nested(depth) }).type).toBe('invalid-request');
    }
  });
});

describe('routes', () => {
  test('are those that the contracts name', () => {
    expect(routesOf([things]).map(({ method, path, pathParams }) => [method, path, pathParams])).toEqual([
      ['GET', '/v1/things', []],
      ['PUT', '/v1/things/:id', ['id']],
      ['DELETE', '/v1/things/:id', ['id']],
    ]);
    expect(aliasesOf([list, put])).toEqual({ 'GET /v1/things': 'things.list', 'PUT /v1/things/:id': 'things.put' });
    const hidden = contract('hidden', { go: { ...action, visibility: 'public', params: {} } }, {});
    expect(routesOf([hidden])).toEqual([]);
  });

  test('are claimed by one action each, whatever a parameter is called', () => {
    const rival = contract(
      'rival',
      { go: { ...action, rest: 'PUT /v1/things/:name', params: { name: 'string' } } },
      {},
    );
    expect(() => routesOf([things, rival])).toThrow('two actions claim PUT /v1/things/:name');
  });
});
