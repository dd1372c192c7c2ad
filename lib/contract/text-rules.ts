import { createRequire } from 'node:module';
import { domainToUnicode } from 'node:url';

/** Top-level domains, as IANA lists them. */
const IANA_DOMAINS = createRequire(import.meta.url)('tlds') as readonly string[];
/** Reserved domains, which the list does not have (RFC 2606, 6761, 7686). */
const SPECIAL_DOMAINS = ['example', 'invalid', 'local', 'localhost', 'onion', 'test'];
const TOP_LEVEL_DOMAINS: ReadonlySet<string> = new Set([...IANA_DOMAINS, ...SPECIAL_DOMAINS]);

/** A reason why a text is refused: its code, and the message after the field's name. */
interface Fault {
  type: string;
  detail: string;
}

const codeOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** Line breaks of Unicode (UAX #14: LF, VT, FF, CR, NEL, LS, PS). */
const UNICODE_LINE_BREAK = /[\n\v\f\r\u0085\u2028\u2029]/u;

/** Scripts that need joiners: Persian needs ZWNJ, Indic and Sinhala conjuncts need ZWJ. */
const JOINING_SCRIPTS = [
  'Arab',
  'Beng',
  'Deva',
  'Gujr',
  'Guru',
  'Khmr',
  'Knda',
  'Mlym',
  'Mong',
  'Mymr',
  'Orya',
  'Sinh',
  'Syrc',
]
  .concat(['Taml', 'Telu', 'Tibt'])
  .map((script) => `\\p{scx=${script}}`)
  .join('');
/** A joiner with a visible effect: between letters of these scripts, or within an emoji. */
const NEEDED_JOINER = new RegExp(
  `(?<=(?=[\\p{L}\\p{M}])[${JOINING_SCRIPTS}])[\\u200c\\u200d](?![\\u200c\\u200d])|(?<=[\\p{ExtPict}\\p{EMod}\\ufe0f])\\u200d(?=\\p{ExtPict})` +
    // Mongolian separates a final vowel by a narrow gap.
    '|(?<=\\p{scx=Mong})\\u180e(?=\\p{scx=Mong})',
  'gu',
);
/**
 * A selector of a variant of the character before it: of emoji, of Han in names, of Mongolian letters. At most one, and
 * none in alphabets without variants, where selectors are invisible and could carry hidden text. CGJ keeps the order of
 * Hebrew marks.
 */
const VARIATION_SELECTOR =
  /(?<=(?![\p{scx=Latn}\p{scx=Grek}\p{scx=Cyrl}])[\p{L}\p{N}\p{P}\p{S}])[\u180b-\u180d\u180f\ufe00-\ufe0f\u{e0100}-\u{e01ef}](?![\ufe00-\ufe0f\u{e0100}-\u{e01ef}])|(?<=\p{M})\u034f(?=\p{M})/gu;
/** Controls, marks of text direction, and invisible characters: of zero width, tags, fillers. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800]/u;

/** Embeddings, overrides and isolates: they make a text look different from its stored form (CVE-2021-42574). */
const BIDI_CONTROL = /[\u202a-\u202e\u2066-\u2069]/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: all controls but tabs and line breaks
const CONTROL_IN_LINES = /[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]/u;

/** A scheme, or `www.` before a name. */
const LINK = /:\/\/|(?<![\p{L}\p{N}])(?:https?:|www\d?\.[\p{L}\p{N}]|mailto:)/iu;
/** A host with a path or a port: `shop.example/sale`, `example.com:8080`. */
const HOST_WITH_PATH = /[\p{L}\p{M}\p{N}-]\.([\p{L}\p{M}\p{N}-]{2,63})(?::\d{2,5}|\/|[?#](?=\S))/giu;
/** A host behind two slashes: `//shop.example` (RFC 3986 §4.2). Browsers read a backslash as a slash. */
const HOST_AFTER_SLASHES = /[/\\]{2}(?:[^\s/\\@]*@)?(?:[\p{L}\p{M}\p{N}_-]+\.)+([\p{L}\p{M}\p{N}-]{2,63})/gu;
/** The same with an IPv4 address, or an IPv6 address in brackets. */
const IP_AFTER_SLASHES = /[/\\]{2}(?:[^\s/\\@]*@)?(?:\d{1,3}(?:\.\d{1,3}){3}(?!\d)|\[[\da-f:.]+\])/iu;
/** What only looks like a host: a number (`Cad.No:15`, `H.No:1-2/3`, `Hs.Nr:4`, `Cep.Tel:0532`), `GmbH & Co.KG/Einkauf`. */
const ABBREVIATION = /\.(?:no|nr|tel)(?=[:/#]\d+\p{L}?(?![\p{L}\p{N}]|\/\p{L}{2}))|(?<![\p{L}\p{N}])co\.kg(?=\/)/giu;

/** The list has internationalised domains in Unicode. */
const isTopLevelDomain = (label: string): boolean => TOP_LEVEL_DOMAINS.has(domainToUnicode(label) || label);

/**
 * Whether mail programs turn a part of a text into a link. A bare domain is not refused: it may be a name
 * (`Booking.com B.V.`, `Ms.Smith`, `A.B.de Vries`).
 */
export function hasLink(text: string): boolean {
  // Full-width and ideographic dots are dots in a host (UTS #46).
  const plain = text.normalize('NFKC').replaceAll('\u3002', '.');
  if (IP_AFTER_SLASHES.test(plain) || hasHost(plain, HOST_AFTER_SLASHES)) return true;
  const unabbreviated = plain.replaceAll(ABBREVIATION, ' ');
  return LINK.test(unabbreviated) || hasHost(unabbreviated, HOST_WITH_PATH);
}

const hasHost = (text: string, pattern: RegExp): boolean =>
  [...text.matchAll(pattern)].some(([, label = '']) => isTopLevelDomain(label.toLowerCase()));

/** The fault of a text that must be one line of visible characters; undefined if it has none. */
export function lineFault(text: string): Fault | undefined {
  if (!text.isWellFormed()) return { type: 'wellFormed', detail: 'is not well-formed Unicode.' };
  const lineBreak = UNICODE_LINE_BREAK.exec(text);
  if (lineBreak) return { type: 'oneLine', detail: `must be one line, without ${codeOf(lineBreak[0])}.` };
  const found = INVISIBLE.exec(text.replaceAll(NEEDED_JOINER, '').replaceAll(VARIATION_SELECTOR, ''));
  if (!found) return undefined;
  return { type: 'visible', detail: `must not have the invisible character ${codeOf(found[0])}.` };
}

/** The fault of a text of several lines, in which invisible characters such as ZWSP in Thai are allowed. */
export function linesFault(text: string): Fault | undefined {
  if (!text.isWellFormed()) return { type: 'wellFormed', detail: 'is not well-formed Unicode.' };
  const found = CONTROL_IN_LINES.exec(text) ?? BIDI_CONTROL.exec(text);
  return found ? { type: 'visible', detail: `must not have the control character ${codeOf(found[0])}.` } : undefined;
}

const linkFault = (text: string): Fault | undefined =>
  hasLink(text) ? { type: 'noLink', detail: 'must not have a link in it.' } : undefined;

/** A custom check of fastest-validator: it reports the first fault, or returns the text in NFC. */
const checkOf =
  (...faultsOf: ((text: string) => Fault | undefined)[]) =>
  (value: unknown, found: object[], { max }: { max: number }, path: string): unknown => {
    // Missing, or refused by the rule itself.
    if (typeof value !== 'string' || value.length > max) return value;
    for (const faultOf of faultsOf) {
      const fault = faultOf(value);
      if (!fault) continue;
      found.push({ type: fault.type, message: `The '${path}' field ${fault.detail}` });
      return value;
    }
    return value.normalize('NFC');
  };

const checkLine = checkOf(lineFault);
const checkPersonLine = checkOf(lineFault, linkFault);
const checkLines = checkOf(linesFault);

const line = { type: 'string', trim: true, min: 1, max: 100 } as const;

/** One line by a customer, such as a name or a part of an address: visible characters in NFC, no links. */
export const personLine = { ...line, custom: checkPersonLine } as const;
/** A `personLine` that may be missing or empty. */
export const optionalPersonLine = { ...line, min: 0, optional: true, custom: checkPersonLine } as const;
/** One line by staff, in which links are allowed. */
export const staffLine = { ...line, custom: checkLine } as const;
/** A text of several lines: a note, a reason, a review. NFC, line breaks stay. */
export const textLines = { type: 'string', trim: true, min: 1, max: 500, custom: checkLines } as const;
