import type { BlobConfig, Blobs } from './blobs.ts';

/** One for each place, whoever opens it: so its services share a circuit breaker. */
const opened = new WeakMap<BlobConfig, Promise<Blobs>>();

/** The files of a shop, wherever it keeps them. */
export function blobStore(config: BlobConfig): Blobs {
  const store = () => {
    const found = opened.get(config) ?? open(config);
    opened.set(config, found);
    return found;
  };
  return {
    put: async (name, content) => (await store()).put(name, content),
    has: async (name) => (await store()).has(name),
    get: async (name) => (await store()).get(name),
    remove: async (name) => (await store()).remove(name),
  };
}

/** Amazon's client is large: only who uses it waits for it. */
const open = async (config: BlobConfig): Promise<Blobs> =>
  config.kind === 's3'
    ? new (await import('./blobs-s3.ts')).S3Blobs(config)
    : new (await import('./blobs-disk.ts')).DiskBlobs(config.folder);
