import { decimalsOf } from '../../lib/contract/currency.ts';
import type { Money } from './money.ts';

/** Number formats by currency. They are cached, as making one takes much longer than using it. */
const formatsByCurrency = new Map<string, Intl.NumberFormat>();

function numberFormatOf(currency: string): Intl.NumberFormat {
  const known = formatsByCurrency.get(currency);
  if (known) return known;
  const decimals = decimalsOf(currency);
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  const made = new Intl.NumberFormat('en', { style: 'currency', currency, ...digits });
  formatsByCurrency.set(currency, made);
  return made;
}

/** An amount with the sign of its currency: `€1,234.50`, `¥1,234`. */
export function moneyText({ amount, currency }: Money): string {
  // A text is exact, unlike a quotient of floats; the type of `format` does not allow every text.
  return numberFormatOf(currency).format(decimalText(amount, decimalsOf(currency)) as `${number}`);
}

/** An amount with the code of its currency: `1234.50 EUR`. */
export function plainMoneyText({ amount, currency }: Money): string {
  return `${decimalText(amount, decimalsOf(currency))} ${currency}`;
}

/** Minor units as a decimal number, exact at any size; -0 is 0. */
function decimalText(amount: number, decimals: number): string {
  const digits = String(Math.abs(amount)).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const sign = amount < 0 ? '-' : '';
  return decimals === 0 ? sign + whole : `${sign}${whole}.${digits.slice(-decimals)}`;
}

/** Basis points as a percentage: 1900 is `19 %`. */
export const rateText = (rate: number): string => `${rate / 100} %`;

const HTML_ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Escapes a text for HTML, in an element or a quoted attribute. */
export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (mark) => HTML_ENTITIES[mark] ?? '');
