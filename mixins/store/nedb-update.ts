import type { Readable } from 'node:stream';
import { RefusedPatch } from './changes.ts';
import type { StoredIndexes } from './nedb-file.ts';
import type { PackedDocument, PackedDocuments, Stored } from './packed-documents.ts';
import { assignPath, isOverlapping, type Patch } from './patch.ts';

/** The parts of NeDB that a change of a document needs. */
export interface ChangeableDatastore {
  readonly indexes: Readonly<Record<string, NedbIndex>>;
  /** Runs one operation after the other. */
  readonly executor: { pushAsync<R>(operation: () => Promise<R>): Promise<R> };
  readonly persistence: { persistNewStateAsync(docs: readonly object[]): Promise<void> };
}
/** `insert` throws nothing but a duplicate key, and then changes nothing. */
interface NedbIndex {
  readonly fieldName: string;
  insert(doc: object): void;
  remove(doc: object): void;
  /** The documents themselves, not copies. */
  getMatching(value: unknown): readonly PackedDocument[];
}

/** The part of NeDB, a dependency of moleculer-db, that is used here. */
export interface Datastore extends ChangeableDatastore {
  /** Indexes by field, with those stored in the file. */
  readonly indexes: Readonly<Record<string, NedbIndex & { unique: boolean; sparse: boolean }>>;
  findAsync(query: object): Cursor;
  /** The documents themselves, not copies. */
  getAllData(): readonly PackedDocument[];
  countAsync(query: object): Promise<number>;
  removeAsync(query: object, options: object): Promise<number>;
  ensureIndexAsync(options: { fieldName: string; unique: boolean; sparse: boolean }): Promise<void>;
  removeIndexAsync(fieldName: string): Promise<void>;
  compactDatafileAsync(): Promise<void>;
  readonly persistence: ChangeableDatastore['persistence'] & {
    persistCachedDatabaseAsync(): Promise<void>;
    treatRawStreamAsync(stream: Readable): Promise<{ data: PackedDocument[]; indexes: StoredIndexes }>;
  };
}
interface Cursor extends Promise<Stored[]> {
  sort(fields: object): Cursor;
  limit(count: number): Cursor;
  /** Makes the result of the found documents. */
  mapFn: (docs: readonly PackedDocument[]) => Stored[];
}

/**
 * Applies a patch to the document that still has `rev`, and appends it to the file. Resolves to whether it did. NeDB's own
 * update copies and checks the whole document for each change, and moves it in every index: a fifth of the processor time
 * of a shop in one process.
 * @throws {RefusedPatch} when nothing was changed
 */
export const swapInPlace = (
  { executor, indexes, persistence }: ChangeableDatastore,
  packing: PackedDocuments,
  { id, rev, patch }: { id: string; rev: number; patch: Patch },
): Promise<boolean> =>
  executor.pushAsync(async () => {
    const [packed] = indexes._id?.getMatching(id) ?? [];
    if (packed?.rev !== rev) return false;
    applyPatch(packed, patch, packing, Object.values(indexes));
    await persistence.persistNewStateAsync([packed]);
    return true;
  });

/**
 * Applies a patch to each of the documents that exist, and appends them to the file.
 * @throws {RefusedPatch} at the first document that cannot have it; those before are changed
 */
export const changeInPlace = (
  { executor, indexes, persistence }: ChangeableDatastore,
  packing: PackedDocuments,
  { ids, patch }: { ids: readonly string[]; patch: Patch },
): Promise<void> =>
  executor.pushAsync(async () => {
    for (const id of new Set(ids)) {
      const [packed] = indexes._id?.getMatching(id) ?? [];
      if (!packed) continue;
      applyPatch(packed, patch, packing, Object.values(indexes));
      await persistence.persistNewStateAsync([packed]);
    }
  });

/** Adds fields to a document, without a new revision. */
export const addFields = (
  { executor, indexes, persistence }: ChangeableDatastore,
  packing: PackedDocuments,
  packed: PackedDocument,
  fields: Readonly<Record<string, unknown>>,
): Promise<void> =>
  executor.pushAsync(async () => {
    const doc = { ...packing.unpack(packed), ...fields };
    const affected = Object.values(indexes).filter(({ fieldName }) => fieldName in fields);
    for (const index of affected) index.remove(packed);
    packing.repack(packed, doc);
    insertInto(affected, packed);
    packing.setContents(packed, doc);
    await persistence.persistNewStateAsync([packed]);
  });

/**
 * Inserts the documents whose unique keys are free, and appends them to the file. Resolves to their number. They have to be
 * checked and the caller's own: NeDB's insert would check each again, and copy it twice.
 */
export const insertInPlace = (
  { executor, indexes, persistence }: ChangeableDatastore,
  packing: PackedDocuments,
  docs: readonly Stored[],
): Promise<number> =>
  executor.pushAsync(async () => {
    const all = Object.values(indexes);
    const added: PackedDocument[] = [];
    for (const doc of docs) {
      const packed = packing.pack(doc);
      if (!isInserted(all, packed)) continue;
      packing.setContents(packed, doc);
      added.push(packed);
    }
    await persistence.persistNewStateAsync(added);
    return added.length;
  });

function isInserted(indexes: readonly NedbIndex[], doc: object): boolean {
  try {
    insertInto(indexes, doc);
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

/** Inserts into all indexes or none. @throws a duplicate key */
function insertInto(indexes: readonly NedbIndex[], doc: object): void {
  const inserted: NedbIndex[] = [];
  try {
    for (const index of indexes) {
      index.insert(doc);
      inserted.push(index);
    }
  } catch (error) {
    for (const index of inserted) index.remove(doc);
    throw error;
  }
}

/** Changes a document in memory, and the indexes over the touched fields. An error leaves all as it was. */
function applyPatch(
  packed: PackedDocument,
  patch: Patch,
  packing: PackedDocuments,
  indexes: readonly NedbIndex[],
): void {
  const paths = Object.keys(patch);
  const affected = indexes.filter(({ fieldName }) => paths.some((path) => isOverlapping(path, fieldName)));
  for (const index of affected) index.remove(packed);
  const doc = packing.own(packed);
  const undo: (() => void)[] = [];
  try {
    for (const path of paths) assignPath(doc, path, patch[path], undo);
    packing.repack(packed, doc);
    insertInto(affected, packed);
  } catch (error) {
    for (const revert of undo.reverse()) revert();
    packing.repack(packed, doc);
    for (const index of affected) index.insert(packed);
    throw new RefusedPatch(error, isDuplicate(error));
  }
  doc.rev += 1;
  packing.repack(packed, doc);
  packing.setContents(packed, doc);
}

const isDuplicate = (error: unknown): boolean => (error as { errorType?: string }).errorType === 'uniqueViolated';
