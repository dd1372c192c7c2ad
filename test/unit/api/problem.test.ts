import { describe, expect, test } from '@jest/globals';
import { Errors } from 'moleculer';
import { MongoNetworkError } from 'mongodb';
import { contract } from '../../../lib/contract/contract.ts';
import { strictRules } from '../../../lib/contract/strict.ts';
import { Validator } from '../../../lib/contract/validator.ts';
import { problemOf } from '../../../services/api/http/problem.ts';
import { PROBLEMS, type ProblemCode } from '../../../services/shared/problem-codes.ts';
import { errors } from '../../../services/shared/problems.ts';

const ID = '6f0d6a3e-7c1b-4c5e-9b5a-0a4a8b7c9d10';
const of = (error: unknown) => problemOf(error, ID);

describe('a problem', () => {
  test('has the members of RFC 9457 and those of its own type', () => {
    const { problem, bug } = of(errors.outOfStock([{ sku: 'A', requested: 3, available: 1 }]));
    expect(problem).toEqual({
      type: '/problems/out-of-stock',
      title: 'Not enough in stock',
      status: 409,
      detail: 'A: 1 of 3 available.',
      instance: `urn:uuid:${ID}`,
      items: [{ sku: 'A', requested: 3, available: 1 }],
    });
    expect(bug).toBe(false);
    expect(Object.keys(problem).slice(0, 5)).toEqual(['type', 'title', 'status', 'detail', 'instance']);
  });

  test('is the same for an error that came from another node', () => {
    const error = errors.limitReached('No more.');
    const { message, type, code, data } = error;
    expect(of(Object.assign(new Error(message), { type, code, data }))).toEqual(of(error));
  });

  test('tells when to come back exactly where its type says so', () => {
    for (const [code, { status, ...more }] of Object.entries(PROBLEMS)) {
      const { problem, retryAfter } = of(Object.assign(new Error('Because.'), { type: code, code: status }));
      expect([problem.type, problem.status]).toEqual([`/problems/${code}`, status]);
      expect(retryAfter).toBe('retryAfter' in more ? more.retryAfter : undefined);
    }
  });

  test('has members of its type that do not take the place of the standard ones', () => {
    const data = { type: 'x', title: 'x', status: 200, detail: 'x', instance: 'x', items: [] };
    const { problem } = of(new Errors.MoleculerClientError('No.', 409, 'out-of-stock', data));
    expect(problem).toMatchObject({ type: '/problems/out-of-stock', status: 409, detail: 'No.', items: [] });
    expect(problem.instance).toBe(`urn:uuid:${ID}`);
  });

  test.each([
    ['an error of the language', new TypeError("Cannot read properties of undefined (reading 'password')")],
    ['an error with data', Object.assign(new Error('at /srv/shop'), { data: { sql: 'x' }, code: 500 })],
    ['a type that nobody knows', new Errors.MoleculerError('secret', 418, 'TEAPOT', { secret: 1 })],
    ['a type that every object has', Object.assign(new Error('secret'), { type: 'constructor' })],
    ['a type that is no text', Object.assign(new Error('secret'), { type: { secret: 1 } })],
    ['a text', 'secret'],
    ['nothing', undefined],
    ['null', null],
  ])('shows nothing of %s, and is marked for the log', (_name, error) => {
    expect(of(error)).toEqual({
      problem: {
        type: '/problems/internal-error',
        title: 'Internal error',
        status: 500,
        detail: 'The cause is in our log under this request id.',
        instance: `urn:uuid:${ID}`,
      },
      bug: true,
    });
  });

  const framework: [string, ProblemCode, object][] = [
    ['a service that is not there', 'unavailable', new Errors.ServiceNotFoundError({ action: 'a.b' })],
    ['a service that went away', 'unavailable', new Errors.ServiceNotAvailableError({ action: 'a.b' })],
    ['a call that took too long', 'unavailable', new Errors.RequestTimeoutError({ action: 'a.b' })],
    ['a call that was not sent', 'unavailable', new Errors.RequestSkippedError({ action: 'a.b' })],
    ['a call that a node refused', 'unavailable', new Errors.RequestRejectedError({ action: 'a.b' })],
    ['a queue that is full', 'unavailable', new Errors.QueueIsFullError({ action: 'a.b' })],
    ['a database that cannot be reached', 'unavailable', new MongoNetworkError('connection lost')],
    [
      'a database that keeps all connections waiting',
      'unavailable',
      Object.assign(new Error('timed out'), { name: 'MongoWaitQueueTimeoutError' }),
    ],
    ['a route whose service nobody has announced', 'unavailable', { code: 503 }],
    ['a route that is not there', 'not-found', { type: 'NOT_FOUND', code: 404 }],
    ['a body that is no JSON', 'invalid-request', { type: 'entity.parse.failed', message: 'Unexpected token s' }],
    ['a body that was cut off', 'invalid-request', { type: 'request.aborted' }],
    ['an address that cannot be decoded', 'invalid-request', { type: 'UNABLE_DECODE_PARAM' }],
    ['a body that is too large', 'payload-too-large', { type: 'entity.too.large' }],
    ['an encoding that we do not know', 'unsupported-media-type', { type: 'encoding.unsupported' }],
    ['a charset that we do not know', 'unsupported-media-type', { type: 'charset.unsupported' }],
  ];
  test.each(framework)('for %s is in our own words', (_name, code, error) => {
    const { problem, bug } = of(error);
    expect(problem).toMatchObject({ type: `/problems/${code}`, status: PROBLEMS[code].status });
    expect(bug).toBe(false);
    expect(problem.detail).toMatch(/^[A-Z].*\.$/);
    expect(problem.detail).not.toMatch(/a\.b|token|undefined/i);
  });
});

describe('a field that was refused', () => {
  const { params } = contract(
    'one',
    {
      go: {
        summary: 'Go',
        visibility: 'public',
        auth: 'internal',
        idempotent: true,
        params: {
          name: 'string',
          note: { type: 'string', optional: true },
          address: { type: 'object', props: { lines: { type: 'array', items: 'string' } } },
        },
      },
    },
    {},
  ).actions.go;
  const check = new Validator({ considerNullAsAValue: true }).compile({ $$strict: true, ...strictRules(params) });
  const good = { name: 'Ada', address: { lines: ['a'] } };
  const refused = (value: object) => {
    const found = check(structuredClone({ ...good, ...value }));
    return of(new Errors.ValidationError('no', 'VALIDATION_ERROR', found as object)).problem.errors;
  };

  test.each([
    ['missing', { name: undefined }, [['/name', "The 'name' field is required."]]],
    ['null', { note: null }, [['/note', "The 'note' field cannot be null."]]],
    ['of another type', { name: 1 }, [['/name', "The 'name' field must be a string."]]],
    ['inside a list', { address: { lines: ['a', 2] } }, [['/address/lines/1', expect.stringContaining('string')]]],
    [
      'not known',
      { a: 1, b: 2 },
      [
        ['/a', 'a is not known here.'],
        ['/b', 'b is not known here.'],
      ],
    ],
    ['not known inside', { address: { lines: [], 'x/y~z': 1 } }, [['/address/x~1y~0z', 'x/y~z is not known here.']]],
  ])('because it is %s is pointed to', (_name, value, expected) => {
    expect(refused(value)).toEqual(expected.map(([pointer, detail]) => ({ pointer, detail })));
  });
});
