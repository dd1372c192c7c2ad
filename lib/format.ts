import type { Money } from './money.ts';

/** By currency: making one takes longer than all that it is used for. */
const formats = new Map<string, { format: Intl.NumberFormat; unit: number }>();

function formatOf(currency: string) {
  const known = formats.get(currency);
  if (known) return known;
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  // As many decimals as the currency has (ISO 4217): 2 for EUR, 0 for JPY.
  const made = { format, unit: 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2) };
  formats.set(currency, made);
  return made;
}

/** Money for people: `€1,234.50`. */
export function moneyText({ amount, currency }: Money): string {
  const { format, unit } = formatOf(currency);
  return format.format(amount / unit);
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
