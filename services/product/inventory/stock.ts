import type { Decision } from '../../../mixins/store/changes.ts';
import { applyOnce } from '../../../mixins/store/idempotency-log.ts';
import type { Patch } from '../../../mixins/store/patch.ts';
import * as reservations from '../../shared/reservations.ts';
import { type Level, LOW_AT } from './availability.ts';
import { type Log, type Movement, openingLog, type Posted, packed, withoutFiled } from './ledger.ts';

/** The stock of one SKU: the received quantity and the latest movements, which add up to its numbers. */
export interface Stock extends reservations.ReservableQuantity<Posted>, Partial<Log> {
  _id: string;
  rev: number;
  productId: string;
  /** All that ever came in: received + adjusted = available + reserved + sold. */
  received: number;
  /** What corrections added, or took away; missing on those from before there were any. */
  adjusted?: number;
  /** Below so many available pieces it is low; missing: LOW_AT. */
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
/** Pages of SKUs that are low, by SKU: a place in this list is a place in the list of all. */
export const LOW_STOCK_BY_SKU = {
  field: 'standing',
  shape: ['string'],
  placeOf: ({ _id: sku }: Pick<Stock, '_id'>) => [sku],
  textAt: ([sku]: readonly (string | number)[]) => `${LOW}${sku}`,
} as const;

export const lowAtOf = ({ lowAt = LOW_AT }: Pick<Stock, 'lowAt'>): number => lowAt;

/** The latest movements; of a stock from before there were movements, what it would have come from. */
export const logOf = (stock: Readonly<Stock>): Log =>
  stock.seq === undefined || stock.log === undefined
    ? openingLog(stock, stock.updatedAt)
    : { seq: stock.seq, log: stock.log };

/** The stock of a SKU that there is for the first time. */
export function newStock(sku: string, productId: string, pieces: number, now: Date): Omit<Stock, 'rev'> {
  const standing = lowStockKey(sku, pieces, LOW_AT);
  const fresh = { ...reservations.emptyReservable(pieces), received: pieces, adjusted: 0, standing };
  return {
    _id: sku,
    productId,
    ...fresh,
    ...openingLog({ available: pieces, reserved: 0, sold: 0 }, now),
    updatedAt: now,
  };
}

/** Sets `quantity` aside for an order. `closed`: the order has ended. */
export function reserve(
  stock: Readonly<Stock>,
  orderId: string,
  quantity: number,
  now: Date,
): Decision<reservations.ReserveResult> {
  return moved(stock, reservations.reserveQuantity(stock, orderId, quantity), {
    kind: 'reserve',
    quantity,
    ref: orderId,
    at: now,
  });
}

/** A decision on all that an order has reserved, with its movement. */
const movedReservation = (
  stock: Readonly<Stock>,
  orderId: string,
  kind: 'commit' | 'release',
  decision: Decision<undefined>,
  at: Date,
): Decision<undefined> => moved(stock, decision, { kind, quantity: stock.res[orderId] ?? 0, ref: orderId, at });

/** Turns an order's reservation into a sale. @throws {Error} when there is none */
export function commit(stock: Readonly<Stock>, orderId: string, now: Date): Decision<undefined> {
  return movedReservation(stock, orderId, 'commit', reservations.commitReservation(stock, orderId, now), now);
}

/** Gives an order's reservation back, and refuses it a later one. */
export function release(stock: Readonly<Stock>, orderId: string, now: Date): Decision<undefined> {
  return movedReservation(stock, orderId, 'release', reservations.releaseReservation(stock, orderId, now), now);
}

/** Refuses an order from now on, while what it holds stays held. */
export function close(stock: Readonly<Stock>, orderId: string, now: Date): Decision<undefined> {
  return movedReservation(stock, orderId, 'release', reservations.closeReservation(stock, orderId, now), now);
}

/** Puts sold goods back into the stock, once for each key. @throws unavailable when the command comes too late */
export function takeBack(stock: Readonly<Stock>, command: reservations.KeyedQuantity, now: Date): Decision<undefined> {
  const { key: ref, quantity } = command;
  return moved(stock, reservations.returnQuantity(stock, command, now), { kind: 'return', quantity, ref, at: now });
}

/** Takes in new goods, once for each key. @throws unavailable when the command comes too late */
export function receiveStock(
  stock: Readonly<Stock>,
  command: reservations.KeyedQuantity,
  now: Date,
): Decision<undefined> {
  const { key: ref, quantity } = command;
  const more = () => ({ available: stock.available + quantity, received: stock.received + quantity });
  return moved(stock, applyOnce(stock, command, now, more), { kind: 'receive', quantity, ref, at: now });
}

/** Below how many pieces it is low from now on. */
export function setLowAt(stock: Readonly<Stock>, lowAt: number, now: Date): Decision<Stock> {
  if (lowAt === lowAtOf(stock)) return { answer: stock };
  const patch = { lowAt, standing: lowStockKey(stock._id, stock.available, lowAt), updatedAt: now };
  return { answer: { ...stock, ...patch }, patch };
}

/** A decision with its movement beside the change of the numbers, if it changes them. */
export function moved<A>(stock: Readonly<Stock>, { answer, patch }: Decision<A>, movement: Movement): Decision<A> {
  if (!patch || !['available', 'reserved', 'sold'].some((level) => level in patch)) return decided(answer, patch);
  const standing = lowStockKey(stock._id, Number(patch.available ?? stock.available), lowAtOf(stock));
  return {
    answer,
    patch: {
      ...patch,
      ...logged(stock, movement),
      ...('available' in patch ? { updatedAt: movement.at } : {}),
      ...(standing === stock.standing ? {} : { standing }),
    },
  };
}

function logged(stock: Readonly<Stock>, movement: Movement): Patch {
  if (stock.seq !== undefined && stock.log !== undefined) {
    return { seq: stock.seq + 1, [`log.${stock.seq + 1}`]: packed(movement) };
  }
  const { seq, log } = logOf(stock);
  return { seq: seq + 1, log: { ...log, [seq + 1]: packed(movement) } };
}

/** A decision that also drops from the log what has reached the ledger, up to `filed`: with its write, not with another. */
export function trimmed<A>(stock: Readonly<Stock>, { answer, patch }: Decision<A>, filed: number): Decision<A> {
  if (!patch || stock.log === undefined || !('seq' in patch)) return decided(answer, patch);
  const log = withoutFiled(logOf(stock), filed);
  return decided(answer, log ? { log, ...patch } : patch);
}

/** A decision that also says so when it takes the SKU below its threshold. */
export function watched<A>(
  stock: Readonly<Stock>,
  { answer, patch }: Decision<A>,
): Decision<{ answer: A; fell?: { sku: string; productId: string } & Level }> {
  const available = Number(patch?.available ?? stock.available);
  const lowAt = Number(patch?.lowAt ?? lowAtOf(stock));
  if (stock.available < lowAtOf(stock) || available >= lowAt) return decided({ answer }, patch);
  return decided({ answer, fell: { sku: stock._id, productId: stock.productId, available, lowAt } }, patch);
}

const decided = <A>(answer: A, patch: Patch | undefined): Decision<A> => (patch ? { answer, patch } : { answer });
