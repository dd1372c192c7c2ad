export const AVAILABILITIES = ['in_stock', 'low_stock', 'out_of_stock'] as const;
export type Availability = (typeof AVAILABILITIES)[number];

/** What is left of a SKU, and below how many pieces that is little. */
export interface Level {
  available: number;
  lowAt: number;
}

/** A level, and how many pieces were sold and kept. */
export interface StockLevel extends Level {
  sold: number;
}

/** Unless it is said for the SKU. */
export const LOW_AT = 5;

/** What a level means to a shopper. */
export function availabilityOf({ available, lowAt }: Level): Availability {
  if (available <= 0) return 'out_of_stock';
  return available < lowAt ? 'low_stock' : 'in_stock';
}

/** What is left of a SKU. */
export type Levels = (sku: string) => Level;

/** The best that one of several SKUs has. */
export function bestOf(found: readonly Availability[]): Availability {
  return AVAILABILITIES.find((one) => found.includes(one)) ?? 'out_of_stock';
}
