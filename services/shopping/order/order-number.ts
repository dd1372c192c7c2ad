import { idTime, lowestId } from '../../shared/ids.ts';

/** The contract rule of an order number as people type it: in any case, with or without hyphens. */
export const orderNumberRule = {
  type: 'string',
  pattern: /^ {0,2}\d{6}[- ]?[\dA-Za-z]{5}[- ]?[\dA-Za-z]{5} {0,2}$/,
  max: 32,
  messages: { stringPattern: 'Give the number of an order as 261128-7Q2MX-4T8ZK.' },
} as const;

/** The order number, for people: the day (UTC) and the last ten characters of the id, which are random. */
export function orderNumber(id: string): string {
  const day = idTime(id).toISOString().slice(2, 10).replaceAll('-', '');
  return `${day}-${id.slice(-10, -5)}-${id.slice(-5)}`;
}

/** A typed number in its normal form. */
export function normalOrderNumber(typed: string): string {
  const plain = typed.replaceAll(/[-\s]/g, '').toUpperCase();
  return `${plain.slice(0, 6)}-${plain.slice(6, 11)}-${plain.slice(11)}`;
}

/** The range of ids of the day that a number names. `undefined`: there is no such day. */
export function idsOfNumber(number: string): { $gte: string; $lt: string } | undefined {
  const [, year, month, day] = /^(\d\d)(\d\d)(\d\d)/.exec(number) ?? [];
  const start = new Date(`20${year}-${month}-${day}T00:00:00Z`);
  if (Number.isNaN(+start)) return undefined;
  return { $gte: lowestId('ord', start), $lt: lowestId('ord', new Date(+start + 86_400_000)) };
}
