/** The kinds of change of a SKU's stock. */
export const MOVEMENT_KINDS = ['receive', 'adjust', 'reserve', 'commit', 'release', 'return'] as const;
type MovementKind = (typeof MOVEMENT_KINDS)[number];

/** Why staff corrects a stock. */
export const ADJUSTMENT_REASONS = ['damaged', 'lost', 'found', 'stock-taking', 'correction'] as const;
export type AdjustmentReason = (typeof ADJUSTMENT_REASONS)[number];

/** The pieces of a SKU, by where they are. */
export interface StockQuantities {
  available: number;
  reserved: number;
  sold: number;
}

/** One change of a stock. It is stored by the same write as the change, and never modified. */
export interface Movement {
  kind: MovementKind;
  /** Pieces; negative for an adjustment that removes some. */
  quantity: number;
  /** The id of its cause: an order, a return or a stock adjustment. */
  ref: string;
  at: Date;
  reason?: AdjustmentReason | undefined;
  /** The member of staff. */
  by?: string | undefined;
}

/**
 * The latest movements by their number, as stored in a stock document: consecutive numbers up to `seq`. They are
 * packed, since each sale writes and copies them.
 */
export interface MovementLog {
  seq: number;
  log: Record<string, PackedMovement>;
}
/** A movement as JSON: an array of its fields, or, by earlier versions, an object. */
export type PackedMovement = string;
type MovementFields = [MovementKind, number, string, number, (AdjustmentReason | null)?, string?];
type NamedFields = Omit<Movement, 'at'> & { at: number };

export function packMovement({ kind, quantity, ref, at, reason, by }: Movement): PackedMovement {
  const fields: MovementFields = [kind, quantity, ref, +at];
  if (reason !== undefined || by !== undefined) fields.push(reason ?? null);
  if (by !== undefined) fields.push(by);
  return JSON.stringify(fields);
}

export function unpackMovement(text: PackedMovement): Movement {
  const stored = JSON.parse(text) as MovementFields | NamedFields;
  if (!Array.isArray(stored)) return { ...stored, at: new Date(stored.at) };
  const [kind, quantity, ref, at, reason, by] = stored;
  const movement = { kind, quantity, ref, at: new Date(at) };
  return { ...movement, ...(reason ? { reason } : {}), ...(by === undefined ? {} : { by }) };
}

/** The outcome of a correction, with the quantities after it. `short`: too few pieces, so nothing was changed. */
export interface CorrectionResult extends StockQuantities {
  outcome: 'done' | 'short';
  quantity: number;
  /** The movement's number; 0 when nothing was changed. */
  seq: number;
  at: string;
}

/** How a movement changes the quantities. */
export function effectOf({ kind, quantity }: Pick<Movement, 'kind' | 'quantity'>): StockQuantities {
  switch (kind) {
    case 'receive':
    case 'adjust':
      return { available: quantity, reserved: 0, sold: 0 };
    case 'reserve':
      return { available: -quantity, reserved: quantity, sold: 0 };
    case 'commit':
      return { available: 0, reserved: -quantity, sold: quantity };
    case 'release':
      return { available: quantity, reserved: -quantity, sold: 0 };
    case 'return':
      return { available: quantity, reserved: 0, sold: -quantity };
    default:
      throw new Error(`unknown movement ${kind satisfies never}`);
  }
}

export const NO_QUANTITIES: StockQuantities = { available: 0, reserved: 0, sold: 0 };

export const addQuantities = (a: StockQuantities, b: StockQuantities): StockQuantities => ({
  available: a.available + b.available,
  reserved: a.reserved + b.reserved,
  sold: a.sold + b.sold,
});

/** The sum of the effects of movements. */
export const sumMovements = (movements: Iterable<Pick<Movement, 'kind' | 'quantity'>>): StockQuantities =>
  [...movements].reduce((sum, movement) => addQuantities(sum, effectOf(movement)), NO_QUANTITIES);

/** The log of a stock without movements: opening movements that lead to its quantities. */
export function openingLog({ available, reserved, sold }: StockQuantities, at: Date): MovementLog {
  const steps: [MovementKind, number][] = [
    ['receive', available + reserved + sold],
    ['reserve', reserved + sold],
    ['commit', sold],
  ];
  const movements = steps.flatMap(([kind, quantity]) => (quantity > 0 ? [{ kind, quantity, ref: 'opening', at }] : []));
  return {
    seq: movements.length,
    log: Object.fromEntries(movements.map((movement, i) => [i + 1, packMovement(movement)])),
  };
}

/** The sum of the effects of the movements in a log. */
export const sumLog = ({ log }: Readonly<MovementLog>): StockQuantities =>
  sumMovements(Object.values(log).map(unpackMovement));

/** The number of the last movement that was trimmed from the log; it and all before it are in the ledger. */
export const trimmedThrough = ({ seq, log }: Readonly<MovementLog>): number => seq - Object.keys(log).length;

/** The numbers of the movements in a log up to `through`, which are in the ledger: those to trim from it. */
export function trimmableThrough({ log }: Readonly<MovementLog>, through: number): number[] {
  const numbers: number[] = [];
  for (let seq = through; Object.hasOwn(log, seq); seq--) numbers.push(seq);
  return numbers;
}
