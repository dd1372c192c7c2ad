/** Above it, a shop tells nobody how many pieces it has: the catalogue only says that there are enough. */
export const MAX_TOLD_PIECES = 10;

/** What can be had of a line: `available` pieces, which are all that were asked for unless it is short. */
export interface LineStock {
  available: number;
  isShort: boolean;
}

/**
 * What can be had of a line. Of a short line at most `MAX_TOLD_PIECES` are told, as more would tell the stock.
 * @param available the pieces that nothing is reserved for
 * @param reserved the pieces that are reserved for this shopper
 */
export function lineStock(quantity: number, available: number, reserved: number): LineStock {
  const obtainable = Math.max(available, 0) + reserved;
  if (obtainable >= quantity) return { available: quantity, isShort: false };
  return { available: Math.min(obtainable, Math.max(MAX_TOLD_PIECES, reserved)), isShort: true };
}

/** The pieces of a SKU in a list of items. */
export const piecesOf = (items: readonly { sku: string; quantity: number }[], sku: string): number =>
  items.reduce((sum, item) => sum + (item.sku === sku ? item.quantity : 0), 0);
