import type { Result, Rpc } from '../../../../../lib/contract/contract.ts';
import { isProblem } from '../../../../shared/problem-codes.ts';
import type { Item } from '../../../cart/cart.ts';
import { forgetStockEntries } from '../../order-outbox.ts';
import type { Rejection } from '../../order-state.ts';
import type { Reservation } from './reservation.ts';
import type { ReservationStep } from './reservation-step.ts';

/** Stock of each item. Holds use the same step: an order finds reserved what its customer's hold reserved under its id. */
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

/** The part of a reservation that is about stock. */
type StockReservation = Pick<Reservation, 'orderId' | 'items'>;

type RpcCaller = Pick<Rpc, 'call'>;

export interface StockResult {
  /** Of which there was too little. */
  short: { sku: string; requested: number; available: number }[];
  /** It was released before: nothing can be reserved under this id any more. */
  isClosed: boolean;
}

/** Reserves each item, or finds it reserved. */
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

/** Undoes `reserveStock`, and makes one that is still under way fail. */
export async function releaseStock({ orderId, items }: StockReservation, rpc: RpcCaller): Promise<void> {
  await Promise.all(items.map(({ sku }) => treatMissingAsShort(rpc.call('inventory.release', { sku, orderId }))));
}

/** Keeps what is reserved, and makes a `reserveStock` that is still under way fail. */
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

/** A SKU that is sold, but was never stocked, has none: a repetition would hold its order up for ever. */
async function treatMissingAsShort<R>(result: Promise<R>): Promise<R | Result<'inventory.reserve'>> {
  try {
    return await result;
  } catch (error) {
    if (isProblem(error, 'not-found')) return { outcome: 'short', available: 0 };
    throw error;
  }
}
