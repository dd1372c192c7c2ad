/** What can happen to the stock of a SKU. */
export const MOVEMENTS = ['receive', 'adjust', 'reserve', 'commit', 'release', 'return'] as const;
type MovementKind = (typeof MOVEMENTS)[number];

/** Why staff corrects a stock. */
export const REASONS = ['damaged', 'lost', 'found', 'stock-taking', 'correction'] as const;
export type Reason = (typeof REASONS)[number];

/** Where the pieces of a SKU are. */
export interface Totals {
  available: number;
  reserved: number;
  sold: number;
}

/** One change of a stock. It is written in the very write that makes the change, and never changes again. */
export interface Movement {
  kind: MovementKind;
  /** Pieces; of an adjustment below zero when they became fewer. */
  quantity: number;
  /** What it was for: an order, a return, a posting of staff. */
  ref: string;
  at: Date;
  reason?: Reason | undefined;
  /** The member of staff. */
  by?: string | undefined;
}

/**
 * Movements by their number, as a stock document has them: `seq` is the last one's, and none is missing before it. They
 * are packed, since they are written and copied with each sale.
 */
export interface Log {
  seq: number;
  log: Record<string, Packed>;
}
/** A movement as JSON. */
export type Packed = string;

export const packed = ({ at, ...movement }: Movement): Packed => JSON.stringify({ ...movement, at: +at });
export function unpacked(text: Packed): Movement {
  const movement = JSON.parse(text) as Omit<Movement, 'at'> & { at: number };
  return { ...movement, at: new Date(movement.at) };
}

/** What became of a correction, and the numbers it left. `short`: there would be less than nothing, so nothing was changed. */
export interface Posted extends Totals {
  outcome: 'done' | 'short';
  quantity: number;
  /** The movement's number; 0: there was nothing to change. */
  seq: number;
  at: string;
}

/** What a movement does to the numbers. */
export function effectOf({ kind, quantity }: Pick<Movement, 'kind' | 'quantity'>): Totals {
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

export const NOTHING: Totals = { available: 0, reserved: 0, sold: 0 };

export const plus = (a: Totals, b: Totals): Totals => ({
  available: a.available + b.available,
  reserved: a.reserved + b.reserved,
  sold: a.sold + b.sold,
});

/** What movements come to. */
export const totalOf = (movements: Iterable<Pick<Movement, 'kind' | 'quantity'>>): Totals =>
  [...movements].reduce((sum, movement) => plus(sum, effectOf(movement)), NOTHING);

/** The log of a stock from before there were movements: as if it had come to its numbers at once. */
export function openingLog({ available, reserved, sold }: Totals, at: Date): Log {
  const steps: [MovementKind, number][] = [
    ['receive', available + reserved + sold],
    ['reserve', reserved + sold],
    ['commit', sold],
  ];
  const movements = steps.flatMap(([kind, quantity]) => (quantity > 0 ? [{ kind, quantity, ref: 'opening', at }] : []));
  return { seq: movements.length, log: Object.fromEntries(movements.map((movement, i) => [i + 1, packed(movement)])) };
}

/** What the movements in the log come to. */
export const loggedTotal = ({ log }: Readonly<Log>): Totals => totalOf(Object.values(log).map(unpacked));

/** The number up to which movements have left the log, all of them for the ledger. */
export const movedOut = ({ seq, log }: Readonly<Log>): number => seq - Object.keys(log).length;

/** The log without what is in the ledger, up to `through`; undefined when that changes nothing. */
export function withoutFiled({ seq, log }: Readonly<Log>, through: number): Log['log'] | undefined {
  if (!Object.hasOwn(log, through)) return undefined;
  const rest: Log['log'] = {};
  for (let n = through + 1; n <= seq; n++) {
    const text = log[n];
    if (text !== undefined) rest[n] = text;
  }
  return rest;
}
