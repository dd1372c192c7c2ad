export const DAY_MS = 86_400_000;

/** Formats by time zone, as creating one takes much longer than using it. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
    timeZone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  });
  formats.set(timeZone, made);
  return made;
}

/** Whether a text is a name in the IANA time zone database. An offset such as +01:00 is not: it has no summer time. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The local time at an instant, in ISO 8601 without offset: `2027-01-01T00:30:00`. */
function localTime(at: Date, timeZone: string): string {
  const parts = formatOf(timeZone).formatToParts(at);
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.find((part) => part.type === type)?.value ?? '';
  const date = `${of('year').padStart(4, '0')}-${of('month')}-${of('day')}`;
  return `${date}T${of('hour')}:${of('minute')}:${of('second')}`;
}

/** The local day at an instant, such as `2027-01-01`. */
export const dayIn = (at: Date, timeZone: string): string => localTime(at, timeZone).slice(0, 10);

/** The local year at an instant. */
export const yearIn = (at: Date, timeZone: string): number => Number(localTime(at, timeZone).slice(0, 4));

/**
 * The instant at which a day (`2027-01-01`) begins in a time zone. Where clocks skip midnight, as at the beginning of
 * summer time in some countries, it is the first instant of the day.
 */
export function startOfDay(day: string, timeZone: string): Date {
  // Binary search: offsets are at most 14 hours, so the day begins within 1.5 days of midnight in UTC.
  let [before, after] = [Date.parse(day) - 1.5 * DAY_MS, Date.parse(day) + 1.5 * DAY_MS];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (dayIn(new Date(middle), timeZone) < day) before = middle;
    else after = middle;
  }
  return new Date(after);
}
