import { errors } from '../../../shared/problems.ts';
import type { ReceivableProvider } from './receivable.ts';

/** SEPA transfers have at most eleven digits. Less than one euro costs more than it brings. */
const LIMITS = { least: 100, largest: 99_999_999_999 };

/** What the definitions of all providers whose money staff books have in common: the provider is its only payment method. */
export const receivableMethod = <N extends ReceivableProvider>(name: N) => ({
  name,
  kind: name,
  isRemote: false,
  limits: () => LIMITS,

  methodOf(given: string = name): string {
    if (given !== name) throw errors.unknownPaymentMethod(given);
    return given;
  },
});
