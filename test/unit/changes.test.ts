import { setImmediate } from 'node:timers/promises';
import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { Changes, MissingDocument, RefusedPatch, type VersionedCollection } from '../../mixins/store/changes.ts';
import type { Patch, Versioned } from '../../mixins/store/patch.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
console.info(`fast-check seed: ${seed} (FC_SEED repeats it)`);

type Doc = Versioned & Record<string, unknown>;
/** What happens to a write: done; another process was first; done or not done, and the connection is lost. */
type Fate = 'done' | 'lost race' | 'done unseen' | 'not done';

const clone = <V>(value: V): V => JSON.parse(JSON.stringify(value)) as V;

/** Sets paths as MongoDB does, and refuses what MongoDB refuses. */
function write(doc: Record<string, unknown>, patch: Patch): void {
  const paths = Object.keys(patch);
  for (const path of paths) {
    if (paths.some((other) => other.startsWith(`${path}.`))) throw new RefusedPatch(`conflict at ${path}`, false);
    setPath(doc, path.split('.'), patch[path]);
  }
}

function setPath(parent: Record<string, unknown>, [name = '', ...rest]: string[], value: unknown): void {
  if (rest.length === 0 && value === undefined) delete parent[name];
  else if (rest.length === 0) parent[name] = clone(value);
  else if (parent[name] !== undefined || value !== undefined) {
    parent[name] ??= {};
    const next = parent[name] as Record<string, unknown>;
    if (typeof next !== 'object' || Array.isArray(next)) throw new RefusedPatch(`no object at ${name}`, false);
    setPath(next, rest, value);
  }
}

class MemorySlot implements VersionedCollection<Doc> {
  doc: Doc;
  writes = 0;
  reads = 0;
  fates: Fate[];
  /** Another process's write, where a race is lost. */
  rival: (doc: Doc) => void = () => {};

  constructor(doc: Record<string, unknown>, fates: Fate[] = []) {
    this.doc = { ...doc, _id: 'x', rev: 0 };
    this.fates = fates;
  }

  async read(id: string): Promise<Doc | null> {
    await null;
    this.reads += 1;
    return id === 'x' ? clone(this.doc) : null;
  }

  async swap(_id: string, rev: number, patch: Patch): Promise<boolean> {
    await null;
    const fate = this.fates.shift() ?? 'done';
    if (fate === 'not done') throw new Error('connection lost');
    if (fate === 'lost race') {
      this.rival(this.doc);
      this.doc.rev += 1;
    }
    if (this.doc.rev !== rev) return false;
    const next = clone(this.doc);
    write(next, patch);
    this.doc = { ...next, rev: rev + 1 };
    this.writes += 1;
    if (fate === 'done unseen') throw new Error('connection lost');
    return true;
  }
}

/** Takes from stock, once for each key. */
const take = (key: string, quantity: number) => (doc: Readonly<Doc>) => {
  const { available, taken } = doc as unknown as { available: number; taken: Record<string, number> };
  if (taken[key] !== undefined) return { answer: 'taken' };
  if (available < quantity) return { answer: 'short' };
  return { answer: 'taken', patch: { available: available - quantity, [`taken.${key}`]: quantity } };
};
const stock = (available: number) => ({ available, taken: {} });

describe('changing a document', () => {
  test('given 500 takes at once of 100 in stock, when they run, then exactly 100 succeed, in few writes', async () => {
    const slot = new MemorySlot(stock(100));
    const changes = new Changes<Doc>(slot);
    const answers = await Promise.all(Array.from({ length: 500 }, (_, n) => changes.change('x', take(`o${n}`, 1))));
    expect(answers.filter((answer) => answer === 'taken')).toHaveLength(100);
    expect(slot.doc).toMatchObject({ available: 0, rev: slot.writes });
    expect(slot.writes).toBeLessThan(5);
  });

  test('given 50 changes at once, when each is written alone, then each is one rev', async () => {
    const slot = new MemorySlot(stock(50));
    const changes = new Changes<Doc>(slot, { maxBatch: 1 });
    await Promise.all(Array.from({ length: 50 }, (_, n) => changes.change('x', take(`o${n}`, 1))));
    expect(slot.doc).toMatchObject({ available: 0, rev: 50 });
  });

  test('given a command that refuses, when it shares a batch, then it alone fails and the others are written', async () => {
    const slot = new MemorySlot(stock(5));
    const changes = new Changes<Doc>(slot);
    const refusal = new Error('refused');
    const [first, second, third] = await Promise.allSettled([
      changes.change('x', take('a', 1)),
      changes.change('x', () => {
        throw refusal;
      }),
      changes.change('x', take('b', 1)),
    ]);
    expect([first.status, third.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(second).toEqual({ status: 'rejected', reason: refusal });
    expect(slot.doc).toMatchObject({ available: 3, taken: { a: 1, b: 1 }, rev: 1 });
  });

  test('given a patch with one bad path, when it is applied, then none of it is', async () => {
    const slot = new MemorySlot({ name: 'mug', deep: { kept: 1 } });
    const changes = new Changes<Doc>(slot);
    const bad = changes.change('x', () => ({ answer: 0, patch: { 'deep.kept': 2, 'made.new': 1, 'name.first': 'x' } }));
    const seen = changes.change('x', (doc) => ({ answer: doc, patch: { good: true } }));
    await expect(bad).rejects.toThrow('name.first cannot be set');
    expect(await seen).toEqual({ _id: 'x', rev: 0, name: 'mug', deep: { kept: 1 } });
    expect(slot.doc).toEqual({ _id: 'x', rev: 1, name: 'mug', deep: { kept: 1 }, good: true });
  });

  test.each(['__proto__.x', 'a.constructor.x', 'toString.x', '_id', 'rev', 'a..b', '', '$set', 'a.$b'])(
    'given the path %j, when it is set, then the command fails',
    async (path) => {
      const changes = new Changes<Doc>(new MemorySlot({}));
      const patch = Object.fromEntries([[path, 1]]);
      await expect(changes.change('x', () => ({ answer: 0, patch }))).rejects.toThrow(TypeError);
      expect(({} as Record<string, unknown>).x).toBeUndefined();
    },
  );

  test.each([Number.NaN, new Date(Number.NaN), () => 1, new Map(), { 'a.b': 1 }, { $x: 1 }, [undefined]])(
    'given the value %p, when it is set, then the command fails',
    async (value) => {
      const changes = new Changes<Doc>(new MemorySlot({}));
      await expect(changes.change('x', () => ({ answer: 0, patch: { value } }))).rejects.toThrow(TypeError);
    },
  );

  test('given a missing document, when it is changed, then MissingDocument names it', async () => {
    const gone = new Changes<Doc>(new MemorySlot({})).change('y', () => ({ answer: 0 }));
    await expect(gone).rejects.toThrow(MissingDocument);
    await expect(gone).rejects.toMatchObject({ id: 'y' });
  });

  test('given only lost races, when all tries are spent, then it says so', async () => {
    const fates = Array.from({ length: 9 }, (): Fate => 'lost race');
    const changes = new Changes<Doc>(new MemorySlot(stock(1), fates), { maxTries: 4, random: () => 0 });
    await expect(changes.change('x', take('a', 1))).rejects.toThrow('4 races lost in a row');
  });

  test('given a refusal that a lost race made void, when it is decided again, then the new answer counts', async () => {
    const slot = new MemorySlot(stock(1), ['lost race']);
    slot.rival = (doc) => {
      doc.available = 0;
    };
    const changes = new Changes<Doc>(slot);
    const answers = await Promise.all([changes.change('x', take('a', 1)), changes.change('x', take('b', 1))]);
    expect(answers).toEqual(['short', 'short']);
  });

  test('given a kept version that is old, when an answer writes nothing, then it comes from a fresh read', async () => {
    const slot = new MemorySlot(stock(1));
    const changes = new Changes<Doc>(slot);
    await changes.change('x', take('a', 1));
    slot.doc = { ...slot.doc, available: 7, rev: 2 }; // another process restocked
    expect(await changes.change('x', (doc) => ({ answer: doc.available }))).toBe(7);
  });

  test('given a kept version, when the next change writes, then nothing is read', async () => {
    const slot = new MemorySlot(stock(9));
    const changes = new Changes<Doc>(slot, { maxCached: 1 });
    await changes.change('x', take('a', 1));
    await changes.change('x', take('b', 1));
    expect(slot.reads).toBe(1);
  });

  test('given an answer that holds part of the document, when it changes later, then the answer does not', async () => {
    const changes = new Changes<Doc>(new MemorySlot(stock(9)));
    const error = new Error('as it is');
    const held = changes.change('x', (doc) => ({ answer: { doc, error }, patch: { 'taken.a': 1 } }));
    await changes.change('x', take('b', 1));
    const { doc, error: same } = await held;
    expect(doc.taken).toEqual({});
    expect(same).toBe(error);
  });

  test('given a patch the database refuses, when it came in a batch, then only its command fails', async () => {
    const slot = new MemorySlot(stock(9));
    const refusing: VersionedCollection<Doc> = {
      read: (id) => slot.read(id),
      swap: async (id, rev, patch) => {
        if ('email' in patch) throw new RefusedPatch('taken', true);
        return slot.swap(id, rev, patch);
      },
    };
    const changes = new Changes<Doc>(refusing);
    const outcomes = await Promise.allSettled([
      changes.change('x', take('a', 1)),
      changes.change('x', () => ({ answer: 0, patch: { email: 'e' } })),
      changes.change('x', take('b', 2)),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { isDuplicate: true } });
    expect(slot.doc).toMatchObject({ available: 6, taken: { a: 1, b: 2 } });
  });

  test('given a connection lost, when the outcome is unknown, then the whole batch is told and nothing runs twice', async () => {
    const slot = new MemorySlot(stock(9), ['done unseen']);
    const changes = new Changes<Doc>(slot);
    const both = await Promise.allSettled([changes.change('x', take('a', 1)), changes.change('x', take('b', 1))]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(slot.writes).toBe(1);
  });

  test('given a listener, when changes are written, then it sees each new version once', async () => {
    const written = jest.fn<(doc: Doc) => void>();
    const revs: number[] = [];
    written.mockImplementation(({ rev }) => void revs.push(rev));
    const changes = new Changes<Doc>(new MemorySlot(stock(9)), { written });
    await changes.change('x', take('a', 1));
    await changes.change('x', take('a', 1));
    await changes.change('x', take('b', 1));
    expect(revs).toEqual([1, 2]);
  });

  test('given watched fields, when changes share a write or lose a race, then the listener has them as they were before it', async () => {
    const seen: unknown[] = [];
    const written = (doc: Doc, before: Partial<Doc>) => void seen.push([before.available, doc.available]);
    const slot = new MemorySlot(stock(9), ['done', 'lost race']);
    slot.rival = (doc) => {
      doc.available = 5;
    };
    const changes = new Changes<Doc>(slot, { written, watched: ['available'] });
    await Promise.all([changes.change('x', take('a', 1)), changes.change('x', take('b', 1))]);
    await changes.change('x', take('c', 1));
    expect(seen).toEqual([
      [9, 7],
      [5, 4],
    ]);
  });
});

describe('a deferred change', () => {
  /** `Changes` whose deferral ends when `end` is called. */
  const deferring = (collection: VersionedCollection<Doc>) => {
    const ends: (() => void)[] = [];
    const deferral = () => new Promise<void>((end) => ends.push(end));
    return {
      changes: new Changes<Doc>(collection, { deferral }),
      end: () => ends.splice(0).map((end) => end()).length,
    };
  };

  test('given two deferred changes, when another change comes, then all share its write, in the order they came', async () => {
    const slot = new MemorySlot(stock(3));
    const { changes } = deferring(slot);
    const deferred = [changes.changeSoon('x', take('a', 1)), changes.changeSoon('x', take('b', 1))];
    await setImmediate();
    expect(slot.writes).toBe(0);
    const other = changes.change('x', take('c', 2));
    expect(await Promise.all([...deferred, other])).toEqual(['taken', 'taken', 'short']);
    expect([slot.writes, slot.doc.available]).toEqual([1, 1]);
  });

  test('given no other change, when the deferral ends, then those of all documents are written, and later ones wait again', async () => {
    const slots = new Map(['x', 'y'].map((id) => [id, new MemorySlot(stock(9))]));
    const slotOf = (id: string) => slots.get(id) as MemorySlot;
    const { changes, end } = deferring({
      read: (id) => slotOf(id).read('x'),
      swap: (id, rev, patch) => slotOf(id).swap('x', rev, patch),
    });
    const deferred = [changes.changeSoon('x', take('a', 1)), changes.changeSoon('y', take('b', 1))];
    expect(end()).toBe(1);
    expect(await Promise.all(deferred)).toEqual(['taken', 'taken']);
    const later = changes.changeSoon('x', take('c', 1));
    await setImmediate();
    expect(slotOf('x').writes).toBe(1);
    expect(end()).toBe(1);
    expect(await later).toBe('taken');
  });

  test('given it is not written, when it is deferred, then it is not acknowledged, and learns of the failure', async () => {
    const slot = new MemorySlot(stock(9), ['not done']);
    const { changes, end } = deferring(slot);
    const deferred = changes.changeSoon('x', take('a', 1));
    const first = await Promise.race([deferred, setImmediate('waiting')]);
    expect(first).toBe('waiting');
    end();
    await expect(deferred).rejects.toThrow('connection lost');
  });
});

const fate = fc.constantFrom<Fate>('done', 'done', 'lost race', 'done unseen', 'not done');

describe('whatever the database does', () => {
  test('every take is counted once, and every answer is true', async () => {
    const anyTake = {
      by: fc.nat(1),
      quantity: fc.integer({ min: 1, max: 4 }),
      how: fc.constantFrom('change', 'changeSoon'),
    };
    const takes = fc.array(fc.record(anyTake), { maxLength: 30 });
    const check = fc.asyncProperty(
      takes,
      fc.array(fate, { maxLength: 20 }),
      fc.nat(40),
      async (list, fates, initial) => {
        const slot = new MemorySlot(stock(initial), fates);
        const options = { maxBatch: 4, random: () => 0, deferral: () => setImmediate() };
        const processes = [0, 1].map(() => new Changes<Doc>(slot, options));
        const answers = await Promise.all(
          list.map(async ({ by, quantity, how }, n) => {
            for (;;) {
              try {
                return await processes[by]?.[how]('x', take(`o${n}`, quantity));
              } catch (error) {
                expect((error as Error).message).toBe('connection lost'); // unknown: ask again, same key
              }
            }
          }),
        );
        const { available, taken } = slot.doc as unknown as { available: number; taken: Record<string, number> };
        expect(available + Object.values(taken).reduce((sum, quantity) => sum + quantity, 0)).toBe(initial);
        expect(available).toBeGreaterThanOrEqual(0);
        for (const [n, { quantity }] of list.entries()) {
          expect(answers[n]).toBe(taken[`o${n}`] === quantity ? 'taken' : 'short');
          if (answers[n] === 'short') expect(available).toBeLessThan(quantity); // nothing comes back here
        }
      },
    );
    await fc.assert(check, { seed, numRuns: 300 });
  });

  test('patches of one batch come to the same as one after the other', async () => {
    const path = fc
      .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
      .map((names) => names.join('.'));
    const value = fc.constantFrom<unknown>(1, 'x', undefined, {}, { a: 1 }, { b: { c: 2 } }, [1]);
    const patches = fc.array(fc.dictionary(path, value, { maxKeys: 3, noNullPrototype: true }), { maxLength: 12 });
    const check = fc.asyncProperty(patches, fc.integer({ min: 1, max: 5 }), async (list, batch) => {
      const slot = new MemorySlot({});
      const changes = new Changes<Doc>(slot, { maxBatch: batch });
      const seen: unknown[] = [];
      const outcomes = await Promise.allSettled(
        list.map((patch, n) =>
          changes.change('x', ({ rev, ...doc }) => {
            seen[n] = clone(doc); // decided more than once, perhaps: the last one counts
            return { answer: rev, patch };
          }),
        ),
      );
      let model: Record<string, unknown> = { _id: 'x' };
      for (const [n, patch] of list.entries()) {
        expect(seen[n]).toEqual(model);
        const next = clone(model);
        let refused = false;
        try {
          for (const [one, value] of Object.entries(patch)) write(next, { [one]: value });
        } catch {
          refused = true;
        }
        if (!refused) model = next;
      }
      const { rev, ...doc } = slot.doc;
      expect(doc).toEqual(model);
      expect(rev).toBe(slot.writes);
      return outcomes.length === list.length;
    });
    await fc.assert(check, { seed, numRuns: 1000 });
  });
});
