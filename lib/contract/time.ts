import { protocolErrors } from './errors.ts';
import { DAY_MS, startOfDay } from './time-zone.ts';

/** The contract rule of a time: ISO 8601 in UTC. It does not refuse days such as February 31st; `timeOf` does. */
export const timeRule = {
  type: 'string',
  pattern: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?Z$/,
  messages: { stringPattern: 'Give a time as 2026-12-24T00:00:00Z.' },
} as const;

/** Parses a text of `timeRule`. @throws invalid-request for a day that does not exist, such as February 31st */
export function timeOf(field: string, text: string): Date {
  const time = new Date(text);
  const parsed = Number.isNaN(+time) ? '' : time.toISOString();
  // Date parses February 31st as a day in March.
  if (parsed.slice(0, 19) === text.slice(0, 19)) return time;
  throw protocolErrors.invalidRequest([{ pointer: `/${field}`, detail: `${text} does not exist in the calendar.` }]);
}

/** The contract rule of a time, or of a day in the shop's time zone. */
export const timeOrDayRule = {
  type: 'string',
  pattern: /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{3})?Z)?$/,
  messages: { stringPattern: 'Give a time as 2026-12-24T00:00:00Z, or a day as 2026-12-24.' },
} as const;

/** Start of the range that a text of `timeOrDayRule` names: the time, or the start of the day. @throws invalid-request */
export function startOf(field: string, text: string, timeZone: string): Date {
  const isDay = text.length === 10;
  const time = timeOf(field, isDay ? `${text}T00:00:00Z` : text);
  return isDay ? startOfDay(text, timeZone) : time;
}

/** End of the range that a text of `timeOrDayRule` names: the time, or the start of the next day. @throws invalid-request */
export function endOf(field: string, text: string, timeZone: string): Date {
  if (text.length !== 10) return timeOf(field, text);
  const day = timeOf(field, `${text}T00:00:00Z`);
  return startOfDay(new Date(+day + DAY_MS).toISOString().slice(0, 10), timeZone);
}
