export const AVAILABILITIES = ['in_stock', 'low_stock', 'out_of_stock'] as const;
export type Availability = (typeof AVAILABILITIES)[number];

/** The available pieces of a SKU, and the threshold below which its stock is low. */
export interface Level {
  available: number;
  lowAt: number;
}

/** A level with the pieces sold; returned ones are not counted. */
export interface StockLevel extends Level {
  sold: number;
}

/** The low-stock threshold of a SKU without its own, in pieces. */
export const DEFAULT_LOW_AT = 5;

/** The availability that shoppers see of a level. */
export function availabilityOf({ available, lowAt }: Level): Availability {
  if (available <= 0) return 'out_of_stock';
  return available < lowAt ? 'low_stock' : 'in_stock';
}

/** Looks up the level of a SKU. */
export type LevelOf = (sku: string) => Level;

/** The best availability of several SKUs. */
export function bestAvailability(found: readonly Availability[]): Availability {
  return AVAILABILITIES.find((one) => found.includes(one)) ?? 'out_of_stock';
}
