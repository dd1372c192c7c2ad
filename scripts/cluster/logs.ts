import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** A file is put aside as `.1` at this size, so that a node has at most twice as much. */
const MAX_BYTES = 20_000_000;
/** What a node repeats within this time is shown once; its file has it all. */
const REPEAT_MS = 1000;
const LEVELS: Record<number, string> = { 40: 'warn', 50: 'error', 60: 'fatal' };

/**
 * What of a log line belongs on the terminal: its message when it is a warning or worse.
 * @param line a JSON line as pino writes it; any other is looked through for the name of such a level
 */
export function loud(line: string): string | undefined {
  if (!line.startsWith('{')) return /\b(WARN|ERROR|FATAL)\b/.test(line) ? line : undefined;
  try {
    const { level, msg, err } = JSON.parse(line) as { level?: number; msg?: string; err?: { message?: string } };
    const name = LEVELS[Number(level)];
    return name && `${name}: ${[...new Set([msg, err?.message])].filter(Boolean).join(': ')}`;
  } catch {
    return line;
  }
}

/** A node's output: all of it in `<folder>/<id>.log`, and what is loud through `say` too. */
export class NodeLog {
  readonly #file: string;
  readonly #say: (text: string) => void;
  #size = 0;
  readonly #shown = new Map<string, number>();

  constructor(folder: string, id: string, say: (text: string) => void) {
    mkdirSync(folder, { recursive: true });
    this.#file = join(folder, `${id}.log`);
    this.#say = (text) => say(`${id} | ${text}`);
    rmSync(this.#file, { force: true });
  }

  /** Reads a process's output to its end. */
  read(stdout: Readable, stderr: Readable): void {
    eachLine(stdout, (line) => this.#take(line, loud(line)));
    eachLine(stderr, (line) => this.#take(line, line));
  }

  #take(line: string, shown: string | undefined): void {
    if (shown && this.#isNew(shown)) this.#say(shown);
    if (this.#size > MAX_BYTES) {
      renameSync(this.#file, `${this.#file}.1`);
      this.#size = 0;
    }
    appendFileSync(this.#file, `${line}\n`);
    this.#size = this.#size === 0 ? statSync(this.#file).size : this.#size + line.length + 1;
  }

  #isNew(text: string): boolean {
    const now = Date.now();
    for (const [other, at] of this.#shown) if (now - at > REPEAT_MS) this.#shown.delete(other);
    if (this.#shown.has(text)) return false;
    this.#shown.set(text, now);
    return true;
  }
}

/** Ends a line at a line feed alone: node:readline would cut a JSON line at U+2028 or U+2029 in one of its texts. */
function eachLine(output: Readable, take: (line: string) => void): void {
  let rest = '';
  output.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
  output.on('end', () => {
    if (rest !== '') take(rest);
  });
}
