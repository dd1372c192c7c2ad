import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { answerOf, isAmong } from '../../../services/api/near-cache/answer.ts';
import { cacheKeyOf } from '../../../services/api/near-cache/near-answers.ts';

describe('an entity tag', () => {
  test('is strong, the same for the same bytes, and another for others', () => {
    const [one, same, other] = [answerOf({ id: 1 }), answerOf({ id: 1 }), answerOf({ id: 2 })];
    expect(one.etag).toMatch(/^"[\w-]{22}"$/);
    expect(same.etag).toBe(one.etag);
    expect(other.etag).not.toBe(one.etag);
  });

  test.each([
    ['the same', '"abc"', true],
    ['the same, weak', 'W/"abc"', true],
    ['any', '*', true],
    ['any, with space', ' * ', true],
    ['one of several', '"x", W/"abc" , "y"', true],
    ['one of several without space', '"x","abc"', true],
    ['one after a tag with a comma', '"x,y","abc"', true],
    ['another', '"abcd"', false],
    ['another of the same letters', '"ABC"', false],
    ['part of another', '"x abc y"', false],
    ['no tag at all', 'abc', false],
    ['nothing', '', false],
    ['one without an end', '"abc', false],
  ])('is compared with %s: %s', (_name, given, expected) => {
    expect(isAmong(given, '"abc"')).toBe(expected);
  });
});

test('an answer is its bytes, also of letters that take several', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const { body, headers } = answerOf(value);
      const bytes = Buffer.from(body, 'latin1');
      expect(bytes.toString('utf8')).toBe(JSON.stringify(value));
      expect(headers[headers.indexOf('Content-Length') + 1]).toBe(String(bytes.length));
    }),
  );
});

describe('what is asked for', () => {
  test.each([
    ['parameters in any order', '/v1/p?a=1&b=2', '/v1/p?b=2&a=1'],
    ['also those in brackets', '/v1/p?x[b]=2&x[a]=1&q=z', '/v1/p?q=z&x[a]=1&x[b]=2'],
  ])('is the same with %s', (_name, one, other) => {
    expect(cacheKeyOf(one)).toBe(cacheKeyOf(other));
  });

  test.each([
    ['the path', '/v1/p/a', '/v1/p/b'],
    ['a value', '/v1/p?a=1&b=2', '/v1/p?a=1&b=3'],
    ['whose value it is', '/v1/p?a=1&b=2', '/v1/p?a=2&b=1'],
    ['the order of the values of one', '/v1/p?a=1&a=2', '/v1/p?a=2&a=1'],
    ['whether there is one', '/v1/p', '/v1/p?a='],
    ['the currency', '/v1/p?currency=EUR', '/v1/p?currency=USD'],
  ])('differs by %s', (_name, one, other) => {
    expect(cacheKeyOf(one)).not.toBe(cacheKeyOf(other));
  });
});
