import type { Readable } from 'node:stream';
import type { BreakerSettings } from '../cluster/breaker-settings.ts';

/** Where files are kept: in a folder, or in a bucket of S3-compatible storage. */
export type BlobConfig =
  | { kind: 'disk'; folder: string }
  | {
      kind: 's3';
      /** Unset: Amazon's own. */
      endpoint?: string;
      region: string;
      bucket: string;
      /** What the names in the bucket begin with. */
      prefix: string;
      accessKeyId: string;
      secretAccessKey: string;
      breaker: BreakerSettings;
    };

/** Files by name, whole or not at all. Names are ours, `<kind>/<part>/…`: what a client says is never part of one. */
export interface Blobs {
  /** Resolves when all of it is stored for good; until then, and for ever after an error, there is nothing. */
  put(name: string, content: Readable | Buffer): Promise<void>;
  has(name: string): Promise<boolean>;
  /** Null: there is none. */
  get(name: string): Promise<Readable | null>;
  /** Removing what is not there does nothing. */
  remove(name: string): Promise<void>;
}

const NAME = /^[a-z]+(\/[\w-]+)+(\.[a-z]+)?$/;

/** @throws {TypeError} for a name that could lead elsewhere */
export function checked(name: string): string {
  if (!NAME.test(name) || name.length > 200) throw new TypeError(`${JSON.stringify(name)} is no name of a blob`);
  return name;
}
