import { protocolErrors } from './errors.ts';
import { startOfDay } from './time-zone.ts';

/** The contract rule of a moment: ISO 8601 in UTC. What it lets through may still be no day; see `timeOf`. */
export const timeRule = {
  type: 'string',
  pattern: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?Z$/,
  messages: { stringPattern: 'Give a time as 2026-12-24T00:00:00Z.' },
} as const;

/** The moment that a text of `timeRule` names. @throws invalid-request for a 31st of February */
export function timeOf(field: string, text: string): Date {
  const time = new Date(text);
  const said = Number.isNaN(+time) ? '' : time.toISOString();
  // Of a day that there is not, Date makes another one or none.
  if (said.slice(0, 19) === text.slice(0, 19)) return time;
  throw protocolErrors.invalidRequest([{ pointer: `/${field}`, detail: `There is no such time as ${text}.` }]);
}

/** The contract rule of a moment, or of a day in the shop's time zone. */
export const timeOrDayRule = {
  type: 'string',
  pattern: /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{3})?Z)?$/,
  messages: { stringPattern: 'Give a time as 2026-12-24T00:00:00Z, or a day as 2026-12-24.' },
} as const;

/** Where a text of `timeOrDayRule` begins: the moment itself, or the first of the day. @throws invalid-request */
export function startOf(field: string, text: string, timeZone: string): Date {
  const isDay = text.length === 10;
  const time = timeOf(field, isDay ? `${text}T00:00:00Z` : text);
  return isDay ? startOfDay(text, timeZone) : time;
}

/** Where a text of `timeOrDayRule` ends: the moment itself, or where the day after begins. @throws invalid-request */
export function endOf(field: string, text: string, timeZone: string): Date {
  if (text.length !== 10) return timeOf(field, text);
  const day = timeOf(field, `${text}T00:00:00Z`);
  return startOfDay(new Date(+day + 86_400_000).toISOString().slice(0, 10), timeZone);
}
