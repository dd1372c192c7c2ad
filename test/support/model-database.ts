import { assignPath, deepCopy, type Patch, type Versioned } from '../../mixins/store/patch.ts';

/** The unique indexes; documents without any of the fields are not in them. */
const UNIQUE: Readonly<Record<string, readonly (readonly string[])[]>> = {
  orders: [['customerId', 'idemKey'], ['cartClaim']],
  reviews: [['customerId', 'productId']],
  'review-votes': [['reviewId', 'customerId']],
};

type Docs = Map<string, Versioned>;

/** The databases of a model cluster: what every process sees at once, and no crash takes away. */
export class Database {
  readonly #collections = new Map<string, Docs>();
  readonly #written: () => void;

  /** @param written called after each write, when every document can be looked at. */
  constructor(written: () => void) {
    this.#written = written;
  }

  /** The documents themselves: what is set here happens at once, unseen by any process. */
  docs<T extends Versioned>(collection: string): Map<string, T> {
    const docs = this.#collections.get(collection) ?? new Map();
    this.#collections.set(collection, docs);
    return docs as Map<string, T>;
  }

  read(collection: string, id: string): Versioned | null {
    return deepCopy(this.docs(collection).get(id) ?? null);
  }

  find(collection: string, filter: object): Versioned[] {
    return deepCopy([...this.docs(collection).values()].filter((doc) => matches(doc, filter)));
  }

  swap(collection: string, id: string, rev: number, patch: Patch): boolean {
    const doc = this.read(collection, id);
    if (doc?.rev !== rev) return false;
    for (const [path, value] of Object.entries(patch)) assignPath(doc, path, value, []);
    this.docs(collection).set(id, { ...doc, rev: rev + 1 });
    this.#written();
    return true;
  }

  insert(collection: string, doc: object): boolean {
    const { _id, ...fields } = doc as Versioned & Record<string, unknown>;
    const docs = this.docs(collection);
    const isTaken = (names: readonly string[]) => {
      const key = Object.fromEntries(names.map((name) => [name, fields[name]]));
      return !Object.values(key).includes(undefined) && this.find(collection, key).length > 0;
    };
    if (docs.has(_id) || UNIQUE[collection]?.some(isTaken)) return false;
    docs.set(_id, deepCopy({ ...(doc as Versioned), rev: 0 }));
    this.#written();
    return true;
  }

  remove(collection: string, filter: object): number {
    const gone = this.find(collection, filter);
    for (const { _id } of gone) this.docs(collection).delete(_id);
    if (gone.length > 0) this.#written();
    return gone.length;
  }
}

function matches(doc: object, filter: object): boolean {
  const fields = doc as Record<string, unknown>;
  return Object.entries(filter).every(([field, wanted]) => {
    const value = fields[field];
    if (typeof wanted !== 'object') return value === wanted;
    const { $gt: after = 0, $lte: latest = Number.POSITIVE_INFINITY } = wanted as { $gt?: Date; $lte?: Date };
    return value instanceof Date && +value > +after && +value <= +latest;
  });
}
