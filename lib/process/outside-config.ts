import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { breakerSettings } from '../cluster/breaker-settings.ts';
import type { BlobConfig } from '../files/blobs.ts';
import type { Environment } from './environment.ts';
import { StartError } from './start-error.ts';

/** The payment provider with its credentials. */
export type PaymentConfig =
  | { provider: 'sandbox'; webhookSecret: string }
  | { provider: 'stripe'; secretKey: string; webhookSecret: string; apiUrl: string };

/** @throws {StartError} when only some of the S3 variables are set */
export function blobConfig(env: Environment, dataDir: string): BlobConfig {
  const { S3_BUCKET, S3_ENDPOINT, S3_REGION, S3_PREFIX, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = env;
  if (!S3_BUCKET) {
    if (S3_ENDPOINT) throw new StartError('S3_ENDPOINT is set: set S3_BUCKET too');
    return { kind: 'disk', folder: join(dataDir, 'media') };
  }
  if (!S3_ACCESS_KEY_ID || !S3_SECRET_ACCESS_KEY) {
    throw new StartError('S3_BUCKET is set: set both S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY too');
  }
  return {
    kind: 's3',
    ...(S3_ENDPOINT ? { endpoint: S3_ENDPOINT } : {}),
    region: S3_REGION,
    bucket: S3_BUCKET,
    prefix: S3_PREFIX,
    accessKeyId: S3_ACCESS_KEY_ID,
    secretAccessKey: S3_SECRET_ACCESS_KEY,
    breaker: breakerSettings(env),
  };
}

/**
 * The sandbox takes no money: in production it is used only if it was explicitly chosen.
 * @param needed in production, on a node that takes payments
 */
export function paymentConfig(env: Environment, needed: boolean, tokenSecret: string): PaymentConfig {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: webhookSecret, PAYMENT_PROVIDER } = env;
  const provider = PAYMENT_PROVIDER ?? (secretKey ? 'stripe' : needed ? undefined : 'sandbox');
  if (provider === undefined) {
    throw new StartError(
      'STRIPE_SECRET_KEY is not set: set it, or PAYMENT_PROVIDER=sandbox for a shop that only plays',
    );
  }
  if (provider === 'sandbox') {
    return {
      provider,
      webhookSecret: createHmac('sha256', tokenSecret).update('sandbox webhooks').digest('base64url'),
    };
  }
  if (!secretKey || !webhookSecret) {
    throw new StartError('PAYMENT_PROVIDER is stripe: set both STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET');
  }
  return { provider, secretKey, webhookSecret, apiUrl: env.STRIPE_API_URL };
}
