import { createHmac } from 'node:crypto';
import type { Config } from '../../../../../lib/process/config.ts';

/** The secret that signs the sandbox's webhooks: the same on all nodes, without a setting of its own. */
export const sandboxSecret = ({ tokenSecret }: Pick<Config, 'tokenSecret'>): string =>
  createHmac('sha256', tokenSecret).update('sandbox webhooks').digest('base64url');
