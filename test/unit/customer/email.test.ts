import { expect, test } from '@jest/globals';
import type { ValidationSchema } from 'fastest-validator';
import { Validator } from '../../../lib/contract/validator.ts';
import { email, normaliseEmail } from '../../../services/customer/account/email.rules.ts';

const validator = new Validator({ considerNullAsAValue: true, useNewCustomCheckerFunction: true });
/** What the rule makes of an address, or the types of its faults. */
function put(address: unknown): unknown {
  const value = { email: address };
  const found = validator.compile({ $$strict: true, email: { ...email } } as ValidationSchema)(value);
  return found === true ? value.email : (found as { type: string }[]).map(({ type }) => type);
}

test.each([
  ['ada@example.com', ['Ada@Example.COM', '  ada@example.com ']],
  [
    'ada@xn--bcher-kva.example',
    ['ada@bücher.example', 'ADA@BÜCHER.example', 'ada@bu\u0308cher.example', 'ada@XN--BCHER-KVA.example'],
  ],
  ['ada@xn--fsqu00a.xn--0zwm56d', ['ada@例子.测试', 'ada@例子。测试']],
  ['ada@xn--e1afmkfd.xn--p1ai', ['ada@пример.рф', 'ada@ПРИМЕР.РФ']],
  ['ada@xn--strae-oqa.de', ['ada@straße.de', 'Ada@Straße.DE']],
  ['zo\u00eb@example.com', ['zoe\u0308@example.com', 'ZO\u00cb@example.com']],
  ['a.b+tag@sub.example.co.uk', ['A.B+Tag@sub.Example.co.uk']],
])('%s is one account, however it is written', (stored, spellings) => {
  for (const written of [stored, ...spellings]) {
    expect(put(written)).toBe(stored);
    expect(normaliseEmail(written)).toBe(stored);
  }
});

test.each([
  'ada',
  'ada@',
  '@example.com',
  'ada@example',
  'ada@@example.com',
  'ada@exa mple.com',
  'ada@-example.com',
  'ada@example..com',
  'ada@.example.com',
  'ada@example.com.',
  'ada@xn--.com',
  'ada@[127.0.0.1]',
  'ada@127.0.0.1',
  '.ada@example.com',
  'a..b@example.com',
  'ada@example.c',
  'a\u200bda@example.com',
  'a\u202eda@example.com',
  'a\0da@example.com',
  'ada\r\nBcc: eve@example.com',
  '"a b"@example.com',
  'ada@b\u00fccher.example, eve@example.com',
  'a<b>@example.com',
  'ada@exa_mple.com',
])('%j is refused as an address', (written) => {
  expect(put(written)).toEqual(['email']);
});

test('one whose domain is too long in the DNS is refused', () => {
  expect(put(`ada@${'ü'.repeat(60)}.example`)).toEqual(['email']);
  expect(put(`${'a'.repeat(250)}@example.com`)).toEqual(['stringMax']);
});

test('looking up any text as an address is never an error', () => {
  for (const text of ['', '@', 'ü', 'ü@', '@ü', 'a@\u{1f4a9}..', 'a@b@c', '\ud800@x'])
    expect(() => normaliseEmail(text)).not.toThrow();
});
