import type { VersionedCollection } from './changes.ts';
import type { Versioned } from './patch.ts';

export interface Index {
  fields: Record<string, 1 | -1>;
  unique?: boolean;
  /** Of an index over one field: documents without the field are not in it, so that a unique one allows many of them. */
  sparse?: boolean;
}

export type Scalar = string | number | boolean | Date;
/** At least one of them; all that are given have to hold. */
export interface Operators {
  $in?: readonly Scalar[];
  $gt?: Scalar;
  $gte?: Scalar;
  $lt?: Scalar;
  $lte?: Scalar;
}
export type Condition = Scalar | Operators;
/** Dotted field -> what it equals, is one of, or lies between: what both databases take alike. */
export type Filter = Readonly<Record<string, Condition>>;
export interface FindOptions {
  sort?: Record<string, 1 | -1>;
  limit?: number;
  /** Which fields to read; all of them when left out. */
  fields?: readonly string[];
}

export interface ScanOptions {
  /** How many at a time. */
  batch: number;
  fields?: readonly string[];
}

/** What the store asks of a database. */
export interface Engine extends VersionedCollection<Versioned> {
  ensureIndexes(indexes: readonly Index[]): Promise<void>;
  /** False: a unique key is taken. */
  add(doc: Versioned): Promise<boolean>;
  /** How many were added. */
  addNew(docs: Versioned[]): Promise<number>;
  query(filter: Filter, options: FindOptions): Promise<object[]>;
  batches(filter: Filter, options: ScanOptions): AsyncGenerator<object[]>;
  removeAll(filter: Filter): Promise<number>;
  size(): Promise<number>;
  purge(): Promise<void>;
  ping(): Promise<void>;
}
