import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { protocolErrors } from '../contract/errors.ts';
import { type Blobs, checked } from './blobs.ts';

/** What a process that was killed has left unfinished is removed after this time, in ms. */
const STALE = 24 * 3_600_000;

/** Files in a folder: written beside it, forced to the disk, then moved to their name. */
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
      // An array, or the bytes of a buffer would be its parts.
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
    return join(this.#folder, checked(name));
  }

  async #sweep(): Promise<void> {
    await mkdir(this.#unfinished, { recursive: true });
    for (const name of await readdir(this.#unfinished)) {
      const draft = join(this.#unfinished, name);
      const found = await stat(draft).catch(ifMissing);
      if (found && Date.now() - found.mtimeMs > STALE) await rm(draft, { force: true });
    }
  }
}

/** A new name lasts when its folder is on the disk too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A disk that cannot be written is the operator's to mend; staff who upload are told so. @throws unavailable */
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
