import type { RowInput } from './import-input.ts';

/** The input of one product in a file, with its first line. */
export interface ImportedRow {
  line: number;
  input: RowInput;
}
