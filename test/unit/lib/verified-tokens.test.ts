import { afterEach, expect, jest, test } from '@jest/globals';
import { createKeyRing } from '../../../lib/auth/token-keys.ts';
import { ACCESS_TOKEN_SECONDS, signAccessToken } from '../../../lib/auth/tokens.ts';
import { VerifiedTokens } from '../../../lib/auth/verified-tokens.ts';
import { loadConfig } from '../../../lib/process/config.ts';

const keys = createKeyRing(loadConfig({ NODE_ENV: 'test', TOKEN_SECRET: 'x'.repeat(32) }));
const ada = { id: 'cus_ada', sessionId: 'ses_1', role: 'customer' } as const;
const invalid = expect.objectContaining({ type: 'invalid-token' });

afterEach(() => {
  jest.useRealTimers();
});

test('a token is accepted until it expires, however often it was accepted before', () => {
  const start = Date.parse('2026-03-01T10:00:00Z');
  jest.useFakeTimers({ now: start });
  const [tokens, token] = [new VerifiedTokens(keys), signAccessToken(ada, keys)];
  const expiresAt = start + ACCESS_TOKEN_SECONDS * 1000;
  expect(tokens.verify(token)).toEqual({ identity: ada, expiresAt });
  jest.setSystemTime(expiresAt - 1);
  expect(tokens.verify(token)).toEqual({ identity: ada, expiresAt });
  jest.setSystemTime(expiresAt);
  expect(() => tokens.verify(token)).toThrow(invalid);
});

test('another token is not accepted for its likeness to one that was', () => {
  const [tokens, token] = [new VerifiedTokens(keys), signAccessToken(ada, keys)];
  tokens.verify(token);
  expect(() => tokens.verify(`${token.slice(0, -2)}xx`)).toThrow(invalid);
  expect(() => tokens.verify(token.slice(0, -1))).toThrow(invalid);
});

test('what a caller does to an identity does not change that of the next one', () => {
  const [tokens, token] = [new VerifiedTokens(keys), signAccessToken(ada, keys)];
  for (let times = 0; times < 3; times += 1) {
    const { identity } = tokens.verify(token);
    expect(identity).toEqual(ada);
    identity.role = 'admin';
  }
});
