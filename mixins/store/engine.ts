import type { VersionedCollection } from './changes.ts';
import type { Patch, Versioned } from './patch.ts';

export interface Index {
  fields: Record<string, 1 | -1>;
  unique?: boolean;
  /** For an index over one field: documents without it are not indexed, so that a unique index allows many of them. */
  sparse?: boolean;
  /** Of a unique index over several top-level fields: a change may give a document other values of them. */
  mayChange?: true;
}

export type Scalar = string | number | boolean | Date;
/** At least one operator; all have to match. */
export interface Operators {
  $in?: readonly Scalar[];
  $gt?: Scalar;
  $gte?: Scalar;
  $lt?: Scalar;
  $lte?: Scalar;
}
export type Condition = Scalar | Operators;
/** Conditions by dotted field; only those that both databases treat alike. */
export type Filter = Readonly<Record<string, Condition>>;
export interface FindOptions {
  sort?: Record<string, 1 | -1>;
  limit?: number;
  /** The fields to read, by default all. */
  fields?: readonly string[];
}

export interface ScanOptions {
  /** Number of documents read at a time. */
  batch: number;
  fields?: readonly string[];
}

/** The operations that the store needs of a database. */
export interface Engine extends VersionedCollection<Versioned> {
  ensureIndexes(indexes: readonly Index[]): Promise<void>;
  /** False: a unique key is taken. */
  add(doc: Versioned): Promise<boolean>;
  /** Adds those whose unique keys are free. Resolves to their number. */
  addNew(docs: Versioned[]): Promise<number>;
  /** Writes the patch into those that exist, and increments their `rev`. */
  changeAll(ids: readonly string[], patch: Patch): Promise<void>;
  query(filter: Filter, options: FindOptions): Promise<object[]>;
  batches(filter: Filter, options: ScanOptions): AsyncGenerator<object[]>;
  removeAll(filter: Filter): Promise<number>;
  size(): Promise<number>;
  purge(): Promise<void>;
  ping(): Promise<void>;
}
