import { createHmac } from 'node:crypto';
import type { Config } from '../process/config.ts';

export type TokenSecrets = Pick<Config, 'tokenSecret' | 'previousSecret'>;

/** The secrets whose tokens are accepted: the current one, then the one that it has replaced. */
export const acceptedSecrets = ({ tokenSecret, previousSecret }: TokenSecrets): string[] =>
  previousSecret ? [tokenSecret, previousSecret] : [tokenSecret];

/** A key for one purpose: a token that is signed with it cannot be used for another purpose. */
export const deriveKey = (secret: string, purpose: string): Buffer =>
  createHmac('sha256', secret).update(purpose).digest();

/** HMAC-SHA-256, base64url. An id made of it can be found again by the text, and does not tell the text. */
export const keyedHash = (secret: string, text: string): string =>
  createHmac('sha256', secret).update(text).digest('base64url');
