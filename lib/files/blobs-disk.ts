import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { protocolErrors } from '../contract/errors.ts';
import { type Blobs, checkBlobName } from './blobs.ts';
import { syncFolder } from './sync-folder.ts';

/** Unfinished files of a killed process are removed after this time. */
const STALE_DRAFT_MS = 24 * 3_600_000;

/** Files in a folder. A file is written to a draft, synced to disk, then renamed, so that it is never incomplete. */
export class DiskBlobs implements Blobs {
  readonly #folder: string;
  readonly #unfinished: string;
  #swept: Promise<void> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    this.#unfinished = join(folder, '.unfinished');
  }

  async put(name: string, content: Readable | Buffer): Promise<void> {
    const file = this.#fileOf(name);
    this.#swept ??= this.#sweep();
    await this.#swept.catch(refuseReadOnly);
    await mkdir(dirname(file), { recursive: true }).catch(refuseReadOnly);
    const draft = join(this.#unfinished, randomUUID());
    try {
      // In an array: otherwise the stream would iterate over single bytes.
      const source = Buffer.isBuffer(content) ? Readable.from([content]) : content;
      await pipeline(source, createWriteStream(draft, { flush: true }));
      await rename(draft, file);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
    await syncFolder(dirname(file));
  }

  has(name: string): Promise<boolean> {
    return access(this.#fileOf(name)).then(
      () => true,
      () => false,
    );
  }

  async get(name: string): Promise<Readable | null> {
    const file = await open(this.#fileOf(name)).catch(ifMissing);
    return file ? file.createReadStream() : null;
  }

  async remove(name: string): Promise<void> {
    await rm(this.#fileOf(name), { force: true });
  }

  #fileOf(name: string): string {
    return join(this.#folder, checkBlobName(name));
  }

  async #sweep(): Promise<void> {
    await mkdir(this.#unfinished, { recursive: true });
    for (const name of await readdir(this.#unfinished)) {
      const draft = join(this.#unfinished, name);
      const found = await stat(draft).catch(ifMissing);
      if (found && Date.now() - found.mtimeMs > STALE_DRAFT_MS) await rm(draft, { force: true });
    }
  }
}

/** The operator has to fix a disk that is not writable; staff who upload get a message that says so. @throws unavailable */
function refuseReadOnly(error: NodeJS.ErrnoException): never {
  if (!['EROFS', 'EACCES', 'EPERM', 'ENOENT', 'ENOSPC'].includes(error.code ?? '')) throw error;
  throw protocolErrors.unavailable(
    'This shop has no place for files: its operator has to set S3_BUCKET, or a writable DATA_DIR.',
  );
}

function ifMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
