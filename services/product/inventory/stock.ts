import type { Decision } from '../../../mixins/store/changes.ts';
import { applyOnce } from '../../../mixins/store/idempotency-log.ts';
import type { Patch } from '../../../mixins/store/patch.ts';
import * as reservations from '../../shared/reservations.ts';
import { DEFAULT_LOW_AT, type Level } from './availability.ts';
import {
  type CorrectionResult,
  type Movement,
  type MovementLog,
  openingLog,
  packMovement,
  trimmableThrough,
} from './ledger.ts';

/** The stock of one SKU, with its latest movements. The ledger has the earlier ones. */
export interface Stock extends reservations.ReservableQuantity<CorrectionResult>, Partial<MovementLog> {
  _id: string;
  rev: number;
  productId: string;
  /** All pieces ever received. Invariant: received + adjusted = available + reserved + sold. */
  received: number;
  /** Sum of all adjustments; missing in documents from before there were adjustments. */
  adjusted?: number;
  /** Low-stock threshold in available pieces; missing: DEFAULT_LOW_AT. */
  lowAt?: number;
  /** `lowStockKey`: lists of low stock use its index. */
  standing?: string;
  /** When `available` or `lowAt` was last changed. */
  updatedAt: Date;
}

/**
 * Index key, `low <sku>` or `ok <sku>`. The SKU makes it unique: NeDB moves a document within an index in time linear in
 * the number of equal keys.
 */
const lowStockKey = (sku: string, available: number, lowAt: number): string =>
  `${available < lowAt ? LOW : 'ok '}${sku}`;
const LOW = 'low ';

/** Filter for the keys of SKUs that are low. */
export const LOW_STOCK_KEYS = { $gt: LOW, $lt: 'low!' } as const; // ! comes after the space
/** Pages of the SKUs that are low, by SKU. Its cursors are also valid in the list of all SKUs, and the reverse. */
export const LOW_STOCK_BY_SKU = {
  field: 'standing',
  shape: ['string'],
  placeOf: ({ _id: sku }: Pick<Stock, '_id'>) => [sku],
  textAt: ([sku]: readonly (string | number)[]) => `${LOW}${sku}`,
} as const;

export const lowAtOf = ({ lowAt = DEFAULT_LOW_AT }: Pick<Stock, 'lowAt'>): number => lowAt;

/** The log of a stock; for a document from before there were movements, an opening log. */
export const logOf = (stock: Readonly<Stock>): MovementLog =>
  stock.seq === undefined || stock.log === undefined
    ? openingLog(stock, stock.updatedAt)
    : { seq: stock.seq, log: stock.log };

/** The stock of a new SKU. */
export function newStock(sku: string, productId: string, pieces: number, now: Date): Omit<Stock, 'rev'> {
  const standing = lowStockKey(sku, pieces, DEFAULT_LOW_AT);
  const fresh = { ...reservations.emptyReservable(pieces), received: pieces, adjusted: 0, standing };
  return {
    _id: sku,
    productId,
    ...fresh,
    ...openingLog({ available: pieces, reserved: 0, sold: 0 }, now),
    updatedAt: now,
  };
}

/** Reserves `quantity` for an order. `closed`: the order has ended. */
export function reserve(
  stock: Readonly<Stock>,
  orderId: string,
  quantity: number,
  now: Date,
): Decision<reservations.ReserveResult> {
  return withMovement(stock, reservations.reserveQuantity(stock, orderId, quantity), {
    kind: 'reserve',
    quantity,
    ref: orderId,
    at: now,
  });
}

/** Adds the movement of an order's whole reservation to a decision. */
const withReservationMovement = (
  stock: Readonly<Stock>,
  orderId: string,
  kind: 'commit' | 'release',
  decision: Decision<undefined>,
  at: Date,
): Decision<undefined> => withMovement(stock, decision, { kind, quantity: stock.res[orderId] ?? 0, ref: orderId, at });

/** Turns an order's reservation into a sale. @throws {Error} without a reservation */
export function commit(stock: Readonly<Stock>, orderId: string, now: Date): Decision<undefined> {
  return withReservationMovement(stock, orderId, 'commit', reservations.commitReservation(stock, orderId, now), now);
}

/** Releases an order's reservation, and refuses a later one. */
export function release(stock: Readonly<Stock>, orderId: string, now: Date): Decision<undefined> {
  return withReservationMovement(stock, orderId, 'release', reservations.releaseReservation(stock, orderId, now), now);
}

/** Refuses later reservations of an order; its current one stays. */
export function close(stock: Readonly<Stock>, orderId: string, now: Date): Decision<undefined> {
  return withReservationMovement(stock, orderId, 'release', reservations.closeReservation(stock, orderId, now), now);
}

/** Returns sold goods to the stock, once for each key. @throws unavailable after the deadline of the command */
export function takeBack(stock: Readonly<Stock>, command: reservations.KeyedQuantity, now: Date): Decision<undefined> {
  const { key: ref, quantity } = command;
  return withMovement(stock, reservations.returnQuantity(stock, command, now), {
    kind: 'return',
    quantity,
    ref,
    at: now,
  });
}

/** Receives new goods, once for each key. @throws unavailable after the deadline of the command */
export function receiveStock(
  stock: Readonly<Stock>,
  command: reservations.KeyedQuantity,
  now: Date,
): Decision<undefined> {
  const { key: ref, quantity } = command;
  const change = () => ({ available: stock.available + quantity, received: stock.received + quantity });
  return withMovement(stock, applyOnce(stock, command, now, change), {
    kind: 'receive',
    quantity,
    ref,
    at: now,
  });
}

/** Sets the low-stock threshold. */
export function setLowAt(stock: Readonly<Stock>, lowAt: number, now: Date): Decision<Stock> {
  if (lowAt === lowAtOf(stock)) return { answer: stock };
  const patch = { lowAt, standing: lowStockKey(stock._id, stock.available, lowAt), updatedAt: now };
  return { answer: { ...stock, ...patch }, patch };
}

/** Adds the movement, and the fields that follow from it, to a decision that changes quantities. */
export function withMovement<A>(
  stock: Readonly<Stock>,
  { answer, patch }: Decision<A>,
  movement: Movement,
): Decision<A> {
  if (!patch || !['available', 'reserved', 'sold'].some((quantity) => quantity in patch))
    return decision(answer, patch);
  const standing = lowStockKey(stock._id, Number(patch.available ?? stock.available), lowAtOf(stock));
  return {
    answer,
    patch: {
      ...patch,
      ...appendToLog(stock, movement),
      ...('available' in patch ? { updatedAt: movement.at } : {}),
      ...(standing === stock.standing ? {} : { standing }),
    },
  };
}

function appendToLog(stock: Readonly<Stock>, movement: Movement): Patch {
  if (stock.seq !== undefined && stock.log !== undefined) {
    return { seq: stock.seq + 1, [`log.${stock.seq + 1}`]: packMovement(movement) };
  }
  const { seq, log } = logOf(stock);
  return { seq: seq + 1, log: { ...log, [seq + 1]: packMovement(movement) } };
}

/** Trims the movements up to `filed`, which are in the ledger, from the log of a decision that adds one: no extra write. */
export function withTrimmedLog<A>(stock: Readonly<Stock>, { answer, patch }: Decision<A>, filed: number): Decision<A> {
  if (!patch || stock.log === undefined || !('seq' in patch)) return decision(answer, patch);
  const trimmed = trimmableThrough(logOf(stock), filed).map((seq) => [`log.${seq}`, undefined]);
  return decision(answer, trimmed.length > 0 ? { ...Object.fromEntries(trimmed), ...patch } : patch);
}

/** Adds `lowStock` to the answer of a decision by which the stock falls below its threshold. */
export function withLowStock<A>(
  stock: Readonly<Stock>,
  { answer, patch }: Decision<A>,
): Decision<{ answer: A; lowStock?: { sku: string; productId: string } & Level }> {
  const available = Number(patch?.available ?? stock.available);
  const lowAt = Number(patch?.lowAt ?? lowAtOf(stock));
  if (stock.available < lowAtOf(stock) || available >= lowAt) return decision({ answer }, patch);
  return decision({ answer, lowStock: { sku: stock._id, productId: stock.productId, available, lowAt } }, patch);
}

const decision = <A>(answer: A, patch: Patch | undefined): Decision<A> => (patch ? { answer, patch } : { answer });
