import { errors } from '../../shared/problems.ts';
import type { Price } from './product.ts';

/** A price as it is stored. @throws invalid-request when it cost no more before */
export function priceOf(given: { amount: number; compareAt?: number | undefined }, pointer: string): Price {
  const { amount, compareAt } = given;
  if (compareAt === undefined) return { amount };
  if (compareAt > amount) return { amount, compareAt };
  const detail = 'What it cost before is more than it costs now.';
  throw errors.invalidRequest([{ pointer: `${pointer}/compareAt`, detail }]);
}
