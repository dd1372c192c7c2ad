import { join } from 'node:path';
import { breakerSettings } from '../cluster/breaker-settings.ts';
import type { BlobConfig } from '../files/blobs.ts';
import type { Environment } from './environment.ts';
import { StartError } from './start-error.ts';

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
