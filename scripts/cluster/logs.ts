import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** At this size a log file is renamed to `.1`, so that a node has at most two. */
const MAX_LOG_BYTES = 20_000_000;
/** A line that a node repeats within this time is shown on the terminal once; its log file has all. */
const REPEAT_WINDOW_MS = 1000;
const TERMINAL_LEVELS: Record<number, string> = { 40: 'warn', 50: 'error', 60: 'fatal' };

/**
 * The text of a log line for the terminal: its message if it is a warning or worse, else undefined.
 * @param line a JSON line of pino, or a text with the name of a level
 */
export function terminalText(line: string): string | undefined {
  if (!line.startsWith('{')) return /\b(WARN|ERROR|FATAL)\b/.test(line) ? line : undefined;
  try {
    const { level, msg, err } = JSON.parse(line) as { level?: number; msg?: string; err?: { message?: string } };
    const name = TERMINAL_LEVELS[Number(level)];
    return name && `${name}: ${[...new Set([msg, err?.message])].filter(Boolean).join(': ')}`;
  } catch {
    return line;
  }
}

/** The output of a node: all of it goes to `<folder>/<id>.log`, warnings and errors also to `say`. */
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

  /** Reads the output of a process to its end. */
  read(stdout: Readable, stderr: Readable): void {
    eachLine(stdout, (line) => this.#take(line, terminalText(line)));
    eachLine(stderr, (line) => this.#take(line, line));
  }

  #take(line: string, shown: string | undefined): void {
    if (shown && this.#isNew(shown)) this.#say(shown);
    if (this.#size > MAX_LOG_BYTES) {
      renameSync(this.#file, `${this.#file}.1`);
      this.#size = 0;
    }
    appendFileSync(this.#file, `${line}\n`);
    this.#size = this.#size === 0 ? statSync(this.#file).size : this.#size + line.length + 1;
  }

  #isNew(text: string): boolean {
    const now = Date.now();
    for (const [other, at] of this.#shown) if (now - at > REPEAT_WINDOW_MS) this.#shown.delete(other);
    if (this.#shown.has(text)) return false;
    this.#shown.set(text, now);
    return true;
  }
}

/** Splits at line feeds only: node:readline would also split JSON lines at U+2028 and U+2029 inside of texts. */
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
