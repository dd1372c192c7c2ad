import { errors } from '../../shared/problems.ts';
import type { Price } from './product.ts';

/** The stored form of a price. @throws invalid-request if `compareAt` is not above the amount */
export function priceOf(given: { amount: number; compareAt?: number | undefined }, pointer: string): Price {
  const { amount, compareAt } = given;
  if (compareAt === undefined) return { amount };
  if (compareAt > amount) return { amount, compareAt };
  throw errors.invalidField(`${pointer}/compareAt`, 'compareAt must be greater than amount.');
}
