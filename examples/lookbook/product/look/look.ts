import { type DueQueue, dueIn, type RetryFields } from 'moleculer-shop/queue';
import { RETRY_POLICY } from 'moleculer-shop/retry-policy';

/** The event of a product may be lost, so each look is checked once a day as well. */
const CHECK_INTERVAL_MS = 24 * 3_600_000;

export interface Look extends RetryFields {
  _id: string;
  rev: number;
  title: string;
  productIds: readonly string[];
  /** Those of its products that are not sold, as the last check found. */
  missing: readonly string[];
  /** Whether shoppers see it: nothing is missing. */
  isShown: boolean;
  /** When its products are checked again. */
  checkAt: Date | null;
}

/** Looks whose products are to be checked. */
export const lookChecks: DueQueue<Look> = { name: 'look-checks', policy: RETRY_POLICY, ...dueIn('checkAt') };

/** What staff writes, and what a check of it finds. @param soldIds those of the products that are sold now */
export const lookFields = (
  title: string,
  productIds: readonly string[],
  soldIds: ReadonlySet<string>,
  now: Date,
): Omit<Look, '_id' | 'rev'> => ({ title, productIds, ...checkResult(productIds, soldIds, now) });

/** Makes the check of a look due at once: one of its products has changed. */
export const requestCheck = (_: Readonly<Look>, now: Date) => ({ answer: undefined, patch: { checkAt: now } });

/**
 * Writes the result of a check. A look that was made due again since it was claimed stays as it is: it may have other
 * products by now, and its next check is due.
 */
export function finishCheck(look: Readonly<Look>, claimed: Readonly<Look>, soldIds: ReadonlySet<string>, now: Date) {
  if (look.checkAt?.getTime() !== claimed.checkAt?.getTime()) return { answer: undefined };
  return { answer: undefined, patch: checkResult(look.productIds, soldIds, now) };
}

function checkResult(productIds: readonly string[], soldIds: ReadonlySet<string>, now: Date) {
  const missing = productIds.filter((id) => !soldIds.has(id));
  return { missing, isShown: missing.length === 0, checkAt: new Date(+now + CHECK_INTERVAL_MS) };
}

export const lookView = ({ _id: id, title, productIds }: Readonly<Look>) => ({
  id,
  title,
  productIds: [...productIds],
});

export const staffLookView = (look: Readonly<Look>) => ({ ...lookView(look), missing: [...look.missing] });
