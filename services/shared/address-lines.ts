import { countryData } from './country-data.ts';
import { countryNames } from './country-names.ts';
import type { PostalAddress } from './postal-address.ts';
import { regionText } from './regions.ts';

let englishNames: ((code: string) => string) | undefined;

/** The lines of a postal address as its country orders them, with the country's English name and the phone at the end. */
export function addressLines(address: PostalAddress): string[] {
  const { line1, line2, city = '', region, country, phone } = address;
  // Also decides between the local order (Japan: from the prefecture down to the person) and that of letters from abroad.
  const isLatin = !/(?!\p{sc=Latin})\p{L}/u.test(line1 + city);
  const values: Values = {
    '%N': address.name,
    '%O': address.company,
    '%A': [line1, line2].filter(Boolean).join('\n'),
    '%C': city,
    '%S': region && regionText(country, region, isLatin),
    '%Z': address.postcode,
  };
  const template = templateFor(country, isLatin, values);
  const printed = template.split('%n').flatMap((line) => fillLine(line, values).split('\n'));
  englishNames ??= countryNames('en');
  return [...printed, englishNames(country), phone && `Phone ${phone}`].filter((line): line is string => Boolean(line));
}

type Values = Readonly<Record<string, string | undefined>>;

/** The template of a country, with places for what was entered though its addresses have none. */
function templateFor(country: string, isLatin: boolean, { '%C': city = '', '%S': region, '%Z': postcode }: Values) {
  const { format, latinFormat } = countryData(country);
  let template = isLatin ? latinFormat : format;
  const isLargestFirst = template.indexOf('%A') < template.indexOf('%N');
  // Singapore: the template has the name of the city.
  if (!template.includes('%C') && !template.includes(city.toUpperCase())) {
    template = template.replace('%A', isLargestFirst ? '%C%n%A' : '%A%n%C');
  }
  if (postcode && !template.includes('%Z')) template = template.replace('%C', '%Z %C');
  if (postcode && !template.includes('%Z')) template += '%n%Z';
  return region && !template.includes('%S') ? `${template}%n%S` : template;
}

/** Fills in a line of a template. Text between two fields is left out with the second of them, or where nothing is before it. */
function fillLine(line: string, values: Values): string {
  const parts = line.match(/%[A-Z]|[^%]+/g) ?? [];
  const isField = (part = '') => part.startsWith('%');
  if (!parts.some(isField)) return line;
  return parts.reduce((text, part, index) => {
    const value = isField(part) ? values[part] : undefined;
    if (!value) return text;
    const before = parts[index - 1];
    const separator = before === undefined || isField(before) || (text === '' && index > 1) ? '' : before;
    return text + separator + value;
  }, '');
}
