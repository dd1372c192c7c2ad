import { type Movement, type PackedMovement, unpackMovement } from './ledger.ts';

/** Consecutive movements of a SKU, as they are filed in the ledger: a document for each would cost more than they do. */
export interface MovementBlock {
  sku: string;
  /** The number of the last one. */
  seq: number;
  movements: PackedMovement[];
}

/** A movement with its place in the ledger. */
export interface MovementEntry extends Movement {
  sku: string;
  seq: number;
}

/** A document of the ledger: a block, or, by earlier versions, one movement. */
export interface StoredMovements extends Omit<MovementBlock, 'movements'>, Partial<Movement> {
  _id: string;
  rev: number;
  movements?: PackedMovement[];
}

export const MAX_MOVEMENTS_PER_BLOCK = 100;

/** An id that sorts by SKU, then by number. */
const placeOf = (sku: string, seq: number): string =>
  `${sku.replaceAll('%', '%25').replaceAll(':', '%3A')}:${String(seq).padStart(12, '0')}`;

/** Two nodes may file the same movements in blocks of their own. Equal blocks have the same id, others may overlap. */
export const storedBlock = (block: MovementBlock): Omit<StoredMovements, 'rev'> => ({
  _id: `${placeOf(block.sku, block.seq)}-${block.movements.length}`,
  ...block,
});

/** Filter for the documents that may have movements of a SKU from number `from` on and below `below`. */
export const movementRange = (sku: string, from: number, below: number) => ({
  _id: { $gte: placeOf(sku, from), $lt: placeOf(sku, below + MAX_MOVEMENTS_PER_BLOCK) },
});

type StoredPart = Omit<StoredMovements, '_id' | 'rev'>;

/** The movements in some documents of a SKU, each once, by number. */
export function movementsIn(
  stored: readonly StoredPart[],
  { from, below }: { from: number; below: number },
): MovementEntry[] {
  const bySeq = new Map<number, MovementEntry>();
  for (const entry of stored.flatMap(entriesOf))
    if (entry.seq >= from && entry.seq < below) bySeq.set(entry.seq, entry);
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

function entriesOf({ sku, seq, movements, kind, quantity, ref, at, reason, by }: StoredPart): MovementEntry[] {
  if (movements)
    return movements.map((text, n) => ({ sku, seq: seq - movements.length + 1 + n, ...unpackMovement(text) }));
  if (kind === undefined || quantity === undefined || ref === undefined || at === undefined) return [];
  return [{ sku, seq, kind, quantity, ref, at, ...(reason && { reason }), ...(by && { by }) }];
}
