import { type FileHandle, open, stat } from 'node:fs/promises';

/**
 * Appends texts to a file, all that wait in one write: a group commit, as databases have it. While one write is under
 * way the next texts gather, so that many small changes cost little more than one.
 */
export class AppendLog {
  readonly #file: string;
  #handle: FileHandle | undefined;
  #inode = 0;
  #waiting: string[] = [];
  /** The write under way, and the one after it, which takes what waits now. */
  #writing: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** Opens the file, or opens it again after it was replaced. */
  async open(): Promise<void> {
    await this.close();
    this.#handle = await open(this.#file, 'a');
    this.#inode = (await this.#handle.stat()).ino;
  }

  async close(): Promise<void> {
    await this.flushed();
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  /** Takes a text to be written next; `flushed` tells when it is. */
  append(text: string): void {
    this.#waiting.push(text);
  }

  /** Resolves when all that was appended so far is in the file. @throws what the file system says, or that the file was replaced */
  flushed(): Promise<void> | undefined {
    if (this.#waiting.length === 0) return this.#next ?? this.#writing;
    this.#next ??= this.#afterThis();
    return this.#next;
  }

  async #afterThis(): Promise<void> {
    await this.#writing;
    this.#writing = this.#next;
    this.#next = undefined;
    const text = this.#waiting.join('');
    this.#waiting = [];
    await this.#write(text);
    this.#writing = undefined;
  }

  async #write(text: string): Promise<void> {
    if (!this.#handle) throw new Error('the file is not open');
    // A file that was moved away or deleted would still take what nobody finds again.
    const [, { ino }] = await Promise.all([this.#handle.appendFile(text), stat(this.#file)]);
    if (ino !== this.#inode) throw new Error('another file is in its place');
  }
}
