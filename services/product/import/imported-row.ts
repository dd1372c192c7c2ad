import type { Input } from './import-input.ts';

/** What one row of a file says; `line` is where it stands. */
export interface ImportedRow {
  line: number;
  input: Input;
}
