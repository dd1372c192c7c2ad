import type { BlobConfig, Blobs } from './blobs.ts';

/** One store per configuration, so that all services share its circuit breaker. */
const stores = new WeakMap<BlobConfig, Promise<Blobs>>();

/** The file storage of a configuration, opened on first use. */
export function blobStore(config: BlobConfig): Blobs {
  const store = () => {
    const found = stores.get(config) ?? openBlobs(config);
    stores.set(config, found);
    return found;
  };
  return {
    put: async (name, content) => (await store()).put(name, content),
    has: async (name) => (await store()).has(name),
    get: async (name) => (await store()).get(name),
    remove: async (name) => (await store()).remove(name),
  };
}

/** The S3 client is large: it is imported only if it is used. */
const openBlobs = async (config: BlobConfig): Promise<Blobs> =>
  config.kind === 's3'
    ? new (await import('./blobs-s3.ts')).S3Blobs(config)
    : new (await import('./blobs-disk.ts')).DiskBlobs(config.folder);
