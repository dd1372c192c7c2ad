import type { Money } from './money.ts';

/** How many decimals a currency has (ISO 4217): 2 for EUR, 0 for JPY. */
function decimalsOf(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** Money for people: `€1,234.50`. */
export function moneyText({ amount, currency }: Money): string {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).format(amount / 10 ** decimalsOf(currency));
}

/** Basis points for people: 1900 is `19 %`. */
export const rateText = (rate: number): string => `${rate / 100} %`;

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as a part of HTML, in an element or a quoted attribute. */
export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (mark) => ENTITIES[mark] ?? '');

/** The lines of a postal address. */
export function addressLines(address: {
  name: string;
  line1: string;
  line2?: string | undefined;
  postcode: string;
  city: string;
  region?: string | undefined;
  country: string;
}): string[] {
  const { name, line1, line2, postcode, city, region, country } = address;
  return [name, line1, line2, `${postcode} ${city}`, region, country].filter((line): line is string => Boolean(line));
}
