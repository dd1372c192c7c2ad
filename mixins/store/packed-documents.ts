import { LRUCache } from 'lru-cache';
import type { DataFileReader, LinePosition } from './data-file.ts';
import { lineOf } from './nedb-documents.ts';
import { deepCopy, type Versioned, valueAt } from './patch.ts';

/** A document with its hidden fields. */
export type Stored = Versioned & Record<string, unknown>;

/** Documents that were written last stay in memory, as they are the most likely to be read; the length of their lines. */
const MAX_RECENT_LENGTH = 256 * 1024;

/**
 * A document in NeDB's memory, whose contents are a line of the data file. It has all fields of the document for readers: those
 * that queries search for as properties, any other by reading the line. Only `PackedDocuments` changes one.
 */
export class PackedDocument implements Versioned {
  [field: string]: unknown;
  _id: string;
  rev: number;
  #at = 0;
  #length = 0;

  constructor({ _id, rev }: Versioned) {
    this._id = _id;
    this.rev = rev;
  }

  static positionOf(doc: PackedDocument): LinePosition {
    return { at: doc.#at, length: doc.#length };
  }

  static setPosition(doc: PackedDocument, { at, length }: LinePosition): void {
    doc.#at = at;
    doc.#length = length;
  }
}

/** Packs and unpacks the documents of one collection. */
export class PackedDocuments {
  readonly #file: DataFileReader;
  /** Fields that each packed document has as properties, besides `_id` and `rev`. */
  readonly #searched: readonly string[];
  /** Other fields, which the prototype of the packed documents reads from the line. */
  readonly #parsed = new Set<string>();
  readonly #Document = class extends PackedDocument {};
  /** Lines that the file does not have yet. */
  readonly #unwritten = new Map<PackedDocument, string>();
  readonly #recent = new LRUCache<PackedDocument, Stored>({ maxSize: MAX_RECENT_LENGTH });
  /** The document read or shown last, as NeDB reads several fields in a row. */
  #last: { packed: PackedDocument; doc: Stored } | undefined;

  /** @param searched top-level fields */
  constructor(file: DataFileReader, searched: readonly string[]) {
    this.#file = file;
    this.#searched = searched.filter((name) => name !== '_id' && name !== 'rev');
  }

  /** Packs a document of the file. */
  packWritten(doc: Stored, position: LinePosition): PackedDocument {
    const packed = this.pack(doc);
    PackedDocument.setPosition(packed, position);
    return packed;
  }

  /** Packs a new document, for `setContents`. @param doc is kept, and must not be changed any more */
  pack(doc: Stored): PackedDocument {
    const packed = new this.#Document(doc);
    this.#show(packed, doc);
    return packed;
  }

  /**
   * Shows other contents, until another document is read; `setContents` makes them last.
   * @param doc is kept, and must not be changed any more
   */
  repack(packed: PackedDocument, doc: Stored): void {
    packed.rev = doc.rev;
    this.#show(packed, doc);
  }

  /** Sets the contents, which the file does not have yet. @param doc is kept, and only `own` may change it */
  setContents(packed: PackedDocument, doc: Stored): void {
    const line = lineOf(doc);
    this.#unwritten.set(packed, line);
    this.#recent.set(packed, doc, { size: line.length });
  }

  /** The document itself if it is in memory, to be changed; then it has to be shown again, changed or as before. */
  own(packed: PackedDocument): Stored {
    return this.#recent.get(packed) ?? parseLine(this.lineOf(packed));
  }

  /** To be called when the file has a line of a document. */
  noteWritten(packed: PackedDocument, line: string, position: LinePosition): void {
    if (this.#unwritten.get(packed) !== line) return; // a newer one follows
    PackedDocument.setPosition(packed, position);
    this.#unwritten.delete(packed);
  }

  lineOf(packed: PackedDocument): string {
    return this.#unwritten.get(packed) ?? this.#file.read(PackedDocument.positionOf(packed));
  }

  /** A copy of the document, or of some of its fields. */
  unpack(packed: PackedDocument, fields?: readonly string[]): Stored {
    if (!fields) {
      const recent = this.#recent.get(packed);
      return recent ? deepCopy(recent) : parseLine(this.lineOf(packed));
    }
    const isAtHand = fields.every((name) => Object.hasOwn(packed, name));
    const doc = isAtHand ? packed : this.#read(packed);
    const picked: Fields = {};
    for (const path of fields) {
      const value = valueAt(doc, path);
      if (value !== undefined) putAt(picked, path.split('.'), deepCopy(value));
    }
    return picked as Stored;
  }

  #show(packed: PackedDocument, doc: Stored): void {
    // Also those that the document does not have: the line need not be read to see that.
    for (const name of this.#searched) packed[name] = doc[name];
    for (const name of Object.keys(doc)) {
      if (!this.#parsed.has(name) && !Object.hasOwn(packed, name)) this.#addGetter(name);
    }
    this.#last = { packed, doc };
  }

  #addGetter(name: string): void {
    this.#parsed.add(name);
    const read = (packed: PackedDocument) => this.#read(packed)[name];
    Object.defineProperty(this.#Document.prototype, name, {
      get(this: PackedDocument) {
        return read(this);
      },
    });
  }

  /** The document, not to be changed. */
  #read(packed: PackedDocument): Stored {
    if (this.#last?.packed !== packed) this.#last = { packed, doc: this.own(packed) };
    return this.#last.doc;
  }
}

type Fields = Record<string, unknown>;

/** Sets a value inside of objects, which are made where they are missing. */
function putAt(doc: Fields, [name = '', ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    doc[name] = value;
    return;
  }
  const inner = (doc[name] ?? {}) as Fields;
  doc[name] = inner;
  putAt(inner, rest, value);
}

/** The document of a line. */
export const parseLine = (line: string): Stored => withDates(JSON.parse(line));

/** Replaces the dates of a line, in place: `{"$$date": 0}` is the date 0. */
function withDates<V>(value: V): V;
function withDates(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const parts = value as Record<string, unknown>; // of an array, too
  if (typeof parts.$$date === 'number') return new Date(parts.$$date);
  for (const name of Object.keys(parts)) {
    const part = parts[name];
    if (typeof part === 'object' && part !== null) parts[name] = withDates(part);
  }
  return value;
}
