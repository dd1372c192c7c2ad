import { closeSync, openSync, readSync } from 'node:fs';

/** A line of a data file, in bytes. */
export interface LinePosition {
  at: number;
  /** Without the line feed. */
  length: number;
}

const FIRST_BUFFER_BYTES = 16 * 1024;

/**
 * Reads lines of a data file. It reads synchronously: the system has the file in its cache, from which a line takes
 * microseconds, while an asynchronous read takes a thread, and a query would see documents of different times.
 */
export class DataFileReader {
  #handle: number | undefined;
  #buffer = Buffer.allocUnsafe(FIRST_BUFFER_BYTES);

  /** Opens the file in place of the one before. */
  open(file: string): void {
    const handle = openSync(file, 'r');
    this.close();
    this.#handle = handle;
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }

  /** @throws an error of the file system, or when the file is closed or shorter */
  read({ at, length }: LinePosition): string {
    if (this.#handle === undefined) throw new Error('the data file is not open');
    if (length > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(length * 2);
    const read = readSync(this.#handle, this.#buffer, 0, length, at);
    if (read < length) throw new Error(`the data file has no ${length} bytes at ${at}`);
    return this.#buffer.toString('utf8', 0, length);
  }
}
