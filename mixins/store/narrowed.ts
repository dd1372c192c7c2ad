import { isDate } from 'node:util/types';
import type { Condition, Filter, Operators, Scalar } from './engine.ts';

/** A filter for what matches both `filter` and `range`, also where they name the same field. */
export function narrowed(filter: Filter, range: Readonly<Record<string, Operators>>): Filter {
  const both = Object.entries(range).map(([field, condition]) => {
    const known = filter[field];
    return [field, known === undefined ? condition : allOf(withOperators(known), condition)];
  });
  return { ...filter, ...Object.fromEntries(both) };
}

const withOperators = (condition: Condition): Operators =>
  typeof condition === 'object' && !isDate(condition) ? condition : { $in: [condition] };

const larger = (a: Scalar, b: Scalar): Scalar => (a > b ? a : b);
const smaller = (a: Scalar, b: Scalar): Scalar => (a < b ? a : b);
/** Which of two bounds on the same side excludes more. */
const NARROWER = { $gt: larger, $gte: larger, $lt: smaller, $lte: smaller } as const;
const BOUNDS = ['$gt', '$gte', '$lt', '$lte'] as const;

function allOf(a: Operators, b: Operators): Operators {
  const merged: Operators = { ...a, ...b };
  for (const bound of BOUNDS) {
    const [left, right] = [a[bound], b[bound]];
    if (left !== undefined && right !== undefined) merged[bound] = NARROWER[bound](left, right);
  }
  if (a.$in && b.$in) merged.$in = a.$in.filter((value) => b.$in?.includes(value));
  return merged;
}
