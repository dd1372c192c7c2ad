import type { Readable } from 'node:stream';
import type { BreakerSettings } from '../cluster/breaker-settings.ts';

/** The location of files: a folder, or a bucket of S3-compatible storage. */
export type BlobConfig =
  | { kind: 'disk'; folder: string }
  | {
      kind: 's3';
      /** Unset: Amazon S3. */
      endpoint?: string;
      region: string;
      bucket: string;
      /** Prefix of all object names. */
      prefix: string;
      accessKeyId: string;
      secretAccessKey: string;
      breaker: BreakerSettings;
    };

/** Files by name; writes are atomic. Names are generated, `<kind>/<part>/…`: client input is never part of a name. */
export interface Blobs {
  /** Resolves when the file is stored durably. Before that, and after an error, the name does not exist. */
  put(name: string, content: Readable | Buffer): Promise<void>;
  has(name: string): Promise<boolean>;
  /** Null for an unknown name. */
  get(name: string): Promise<Readable | null>;
  /** Idempotent. */
  remove(name: string): Promise<void>;
}

const BLOB_NAME = /^[a-z]+(\/[\w-]+)+(\.[a-z]+)?$/;

/** Checks that a name cannot leave the folder or bucket prefix. @throws {TypeError} */
export function checkBlobName(name: string): string {
  if (!BLOB_NAME.test(name) || name.length > 200)
    throw new TypeError(`${JSON.stringify(name)} is not a valid blob name`);
  return name;
}
