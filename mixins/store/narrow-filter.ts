import { isDate } from 'node:util/types';
import type { Condition, Filter, Operators, Scalar } from './engine.ts';

/** A filter for documents that match both `filter` and `range`, also where both have conditions on the same field. */
export function narrowFilter(filter: Filter, range: Readonly<Record<string, Operators>>): Filter {
  const both = Object.entries(range).map(([field, condition]) => {
    const known = filter[field];
    return [field, known === undefined ? condition : intersect(withOperators(known), condition)];
  });
  return { ...filter, ...Object.fromEntries(both) };
}

const withOperators = (condition: Condition): Operators =>
  typeof condition === 'object' && !isDate(condition) ? condition : { $in: [condition] };

const larger = (a: Scalar, b: Scalar): Scalar => (a > b ? a : b);
const smaller = (a: Scalar, b: Scalar): Scalar => (a < b ? a : b);
/** The stricter of two bounds on the same side. */
const STRICTER_BOUND = { $gt: larger, $gte: larger, $lt: smaller, $lte: smaller } as const;
const BOUNDS = ['$gt', '$gte', '$lt', '$lte'] as const;

function intersect(a: Operators, b: Operators): Operators {
  const merged: Operators = { ...a, ...b };
  for (const bound of BOUNDS) {
    const [left, right] = [a[bound], b[bound]];
    if (left !== undefined && right !== undefined) merged[bound] = STRICTER_BOUND[bound](left, right);
  }
  if (a.$in && b.$in) merged.$in = a.$in.filter((value) => b.$in?.includes(value));
  return merged;
}
