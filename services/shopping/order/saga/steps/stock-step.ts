import type { Result, Rpc } from '../../../../../lib/contract/contract.ts';
import { isProblem } from '../../../../shared/problem-codes.ts';
import type { Item } from '../../../cart/cart.ts';
import { forgetStockEntries } from '../../order-outbox.ts';
import type { Rejection } from '../../order-state.ts';
import type { Reservation } from './reservation.ts';
import type { ReservationStep } from './reservation-step.ts';

/**
 * Reserves the stock of each item. Holds use the same functions, so the stock of a hold is reserved for its order
 * already.
 */
export const stockStep = {
  parksAt: 'reserve',

  async reserve(reservation, rpc) {
    return rejectionOf(await reserveStock(reservation, rpc));
  },

  release: releaseStock,

  releaseEntries: ({ orderId, items }) =>
    items.map(({ sku }) => ({ id: `release:${sku}`, action: 'inventory.release', params: { sku, orderId } })),

  commitEntries: ({ orderId, items }) =>
    items.map(({ sku }) => ({ id: `sell:${sku}`, action: 'inventory.commit', params: { sku, orderId } })),

  takeBack: ({ orderId, items }, until, rpc) => takeBackStock(items, orderId, until, rpc),

  forgetEntries: ({ orderId, items }) => forgetStockEntries(items, orderId),
} satisfies ReservationStep;

/** The stock part of a reservation. */
type StockReservation = Pick<Reservation, 'orderId' | 'items'>;

type RpcCaller = Pick<Rpc, 'call'>;

export interface StockResult {
  /** The items with too little stock. */
  short: { sku: string; requested: number; available: number }[];
  /** The reservation was released before, so nothing can be reserved under this id any more. */
  isClosed: boolean;
}

/** Reserves each item. A repetition finds it reserved. */
export async function reserveStock({ orderId, items }: StockReservation, rpc: RpcCaller): Promise<StockResult> {
  const results = await Promise.all(
    items.map(async ({ sku, quantity }) => ({
      sku,
      requested: quantity,
      ...(await treatMissingAsShort(rpc.call('inventory.reserve', { sku, orderId, quantity }))),
    })),
  );
  return {
    short: results
      .filter(({ outcome }) => outcome === 'short')
      .map(({ sku, requested, available }) => ({ sku, requested, available })),
    isClosed: results.some(({ outcome }) => outcome === 'closed'),
  };
}

/** Undoes `reserveStock`. A `reserveStock` that is still under way fails. */
export async function releaseStock({ orderId, items }: StockReservation, rpc: RpcCaller): Promise<void> {
  await Promise.all(items.map(({ sku }) => treatMissingAsShort(rpc.call('inventory.release', { sku, orderId }))));
}

/** Closes the reservation, which stays as it is. A `reserveStock` that is still under way fails. */
export async function closeStock({ orderId, items }: StockReservation, rpc: RpcCaller): Promise<void> {
  await Promise.all(items.map(({ sku }) => treatMissingAsShort(rpc.call('inventory.close', { sku, orderId }))));
}

/** Puts sold items back into the stock, once for each key: the id of an order that was cancelled, or of a return. */
export async function takeBackStock(items: readonly Item[], key: string, until: number, rpc: RpcCaller): Promise<void> {
  await Promise.all(items.map(({ sku, quantity }) => rpc.call('inventory.takeBack', { sku, key, quantity, until })));
}

function rejectionOf({ short, isClosed }: StockResult): Rejection | undefined {
  if (isClosed) return { code: 'order-expired' };
  return short.length > 0 ? { code: 'out-of-stock', items: short } : undefined;
}

/** A SKU without a stock record counts as out of stock. As an error it would be retried until the order is parked. */
async function treatMissingAsShort<R>(result: Promise<R>): Promise<R | Result<'inventory.reserve'>> {
  try {
    return await result;
  } catch (error) {
    if (isProblem(error, 'not-found')) return { outcome: 'short', available: 0 };
    throw error;
  }
}
