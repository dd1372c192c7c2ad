import { createHmac } from 'node:crypto';
import type { Config } from '../../../../../lib/process/config.ts';

/** The secret that signs webhooks of the sandbox; derived, so that it is equal on all nodes without a setting. */
export const sandboxSecret = ({ tokenSecret }: Pick<Config, 'tokenSecret'>): string =>
  createHmac('sha256', tokenSecret).update('sandbox webhooks').digest('base64url');
