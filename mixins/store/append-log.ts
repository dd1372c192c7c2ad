import { type FileHandle, open, stat } from 'node:fs/promises';

/**
 * Appends texts to a file by group commit: texts that are appended while a write is under way are written together by the
 * next one, so that many small changes cost little more than one.
 */
export class AppendLog {
  readonly #file: string;
  #handle: FileHandle | undefined;
  #inode = 0;
  #waiting: string[] = [];
  /** The write under way, and the next one, which will write the waiting texts. */
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

  /** Adds a text to the next write. */
  append(text: string): void {
    this.#waiting.push(text);
  }

  /**
   * Resolves when all texts appended so far are in the file.
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
    const text = this.#waiting.join('');
    this.#waiting = [];
    await this.#write(text);
    this.#writing = undefined;
  }

  async #write(text: string): Promise<void> {
    if (!this.#handle) throw new Error('the file is not open');
    // Writes to a file that was moved or deleted still succeed, but would be lost.
    const [, { ino }] = await Promise.all([this.#handle.appendFile(text), stat(this.#file)]);
    if (ino !== this.#inode) throw new Error('another file is in its place');
  }
}
