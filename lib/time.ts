import { errors } from './errors.ts';

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
  throw errors.invalidRequest([{ pointer: `/${field}`, detail: `There is no such time as ${text}.` }]);
}
