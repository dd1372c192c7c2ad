import { type FileHandle, open, stat } from 'node:fs/promises';
import type { LinePosition } from './data-file.ts';

interface WaitingLine {
  line: string;
  written: ((position: LinePosition) => void) | undefined;
}

/**
 * Appends lines to a file by group commit: lines that are appended while a write is under way are written together by the
 * next one, so that many small changes cost little more than one.
 */
export class AppendLog {
  readonly #file: string;
  #handle: FileHandle | undefined;
  #inode = 0;
  /** The end of the file, in bytes. */
  #size = 0;
  #waiting: WaitingLine[] = [];
  /** The write under way, and the next one, which will write the waiting lines. */
  #writing: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** Opens the file, or opens it again after it was replaced. */
  async open(): Promise<void> {
    await this.close();
    this.#handle = await open(this.#file, 'a');
    const { ino, size } = await this.#handle.stat();
    this.#inode = ino;
    this.#size = size;
  }

  async close(): Promise<void> {
    await this.flushed();
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  /** Adds a line to the next write. @param written called when the file has it */
  append(line: string, written?: (position: LinePosition) => void): void {
    this.#waiting.push({ line, written });
  }

  /**
   * Resolves when all lines appended so far are in the file.
   * @throws an error of the file system, or when the file was replaced
   */
  flushed(): Promise<void> | undefined {
    if (this.#waiting.length === 0) return this.#next ?? this.#writing;
    this.#next ??= this.#writeWaiting();
    return this.#next;
  }

  async #writeWaiting(): Promise<void> {
    await this.#writing;
    this.#writing = this.#next;
    this.#next = undefined;
    const lines = this.#waiting;
    this.#waiting = [];
    await this.#write(lines.map(({ line }) => `${line}\n`).join(''));
    for (const { line, written } of lines) {
      const length = Buffer.byteLength(line);
      written?.({ at: this.#size, length });
      this.#size += length + 1;
    }
    this.#writing = undefined;
  }

  async #write(text: string): Promise<void> {
    if (!this.#handle) throw new Error('the file is not open');
    // Writes to a file that was moved or deleted still succeed, but would be lost.
    const [, { ino }] = await Promise.all([this.#handle.appendFile(text), stat(this.#file)]);
    if (ino !== this.#inode) throw new Error('another file is in its place');
  }
}
