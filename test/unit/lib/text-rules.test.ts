import assert from 'node:assert/strict';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ValidationSchema } from 'fastest-validator';
import {
  hasLink,
  lineFault,
  linesFault,
  optionalPersonLine,
  personLine,
  staffLine,
  textLines,
} from '../../../lib/contract/text-rules.ts';
import { Validator } from '../../../lib/contract/validator.ts';
import { anyText } from '../../support/any-text.ts';
import { TEXT_LINE_BREAKS } from '../../support/line-breaks.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
const validator = new Validator({ considerNullAsAValue: true, useNewCustomCheckerFunction: true });
/** What a rule makes of a text, or the types of its faults. */
function put(rule: object, text: unknown): unknown {
  const value = { text };
  const found = validator.compile({ $$strict: true, text: { ...rule } } as ValidationSchema)(value);
  return found === true ? value.text : (found as { type: string }[]).map(({ type }) => type);
}

/** As people are called, and live, in many scripts; joiners where a script needs them. */
const REAL = [
  ...['St. John', "O'Brien", 'O’Neill', 'A.B. de C.', 'Jr.', 'Ms.Smith', 'J.R.R. Tolkien', 'Dr.Li', 'A.B.de Vries'],
  ...['Jean-Luc d’Ormesson', 'María José Ñúñez', 'Søren Kierkegård', 'Łukasz Żółć', 'İbrahim Çelik', 'Nguyễn Thị Ánh'],
  ...['Þórarinn Jónsson', 'Ελένη Παπαδοπούλου', 'Иван Петров', 'Олена Коваль', 'Հայկ Սարգսյան', 'ნინო ბერიძე'],
  ...[
    'محمد بن علي',
    'علی‌رضا',
    'سید‌محمد حسینی',
    'עמית כהן',
    "ז'בוטינסקי",
    '山田太郎',
    '山田　太郎',
    '髙橋',
    '葛󠄀城',
    '김민수',
    '王小明',
  ],
  ...['राम शर्मा', 'क्‍षेत्र', 'শ্রেয়া', 'র‍্যাব', 'முருகன்', 'ශ්‍රී ලංකා', 'ක්‍රිෂ්ණා', 'മോഹന്‍ലാല്‍', 'สมชาย', 'ສົມສັກ', 'သန္တာ', 'សុខា'],
  ...[
    'አበበ',
    'ᠮᠣᠩᠭᠣᠯ',
    'ⵎⵓⵃⵎⵎⴷ',
    '👩‍👩‍👧‍👦 Ana',
    'Ana ❤️',
    '🏳️‍🌈',
    '👩🏽‍💻 Eve',
    "N'Diaye",
    'Kealiʻi',
    'Xi’an',
    'R2-D2',
    'X Æ A-12',
  ],
  ...[
    'Booking.com B.V.',
    'Amazon.com, Inc.',
    'Yahoo!',
    '1&1 AG',
    'AT&T',
    'Müller & Söhne GmbH',
    'c/o Müller/Wagner',
    'S.p.A.',
    'a.s.',
  ],
  ...[
    '12/3 St.Mary’s Rd',
    'Hauptstr. 5/7',
    'ul.Długa 5/7',
    'Av.Brasil/Centro',
    'Flat 2F1/3',
    '№ 5',
    'Calle 8 #10-20',
    '3º B',
    'km 4,5',
    'P.O. Box 12',
  ],
  ...[
    'Blk 123, #04-56',
    'Carrer de l’Hospital, 4, 2n-1a',
    '渋谷区道玄坂１丁目２−３',
    'Bldg.C/Fl.2',
    'Kpt.Nálepku/3',
    'Atatürk Cad.No:15/3',
    'Gül Sok.No:12 D:4',
    'H.No:12-3-456/A, Jubilee Hills',
    'Plot.No:12A/7',
    'Hauptstr.Nr:12',
    'Cep.Tel:0532 1234567',
    'Muster GmbH & Co.KG/Einkauf',
    'ᠰᠠᠶᠢᠨ\u180eᠠ',
    '1️⃣ Platz',
    'Building A // Floor 2',
    'Block 4//St.Mary’s Rd',
    '12//3.5',
    '2//Fl.3',
    'AC//DC',
    'http',
    'World Wide Web',
    'Www',
  ],
];

/** Each with the type of its fault. */
const HOSTILE: readonly [string, string][] = [
  ['You won!\n\nClaim it', 'oneLine'],
  ['a\rb', 'oneLine'],
  ['a\u0085b', 'oneLine'],
  ['a\u2028b', 'oneLine'],
  ['a\u2029b', 'oneLine'],
  ['a\vb', 'oneLine'],
  ['a\0b', 'visible'],
  ['a\tb', 'visible'],
  ['a\u0007b', 'visible'],
  ['a\u001bb', 'visible'],
  ['a\u007fb', 'visible'],
  ['a\u009bb', 'visible'],
  ...[...'\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c'].map((mark): [string, string] => [
    `abc${mark}def`,
    'visible',
  ]),
  ...[...'\u200b\u2060\ufeff\u00ad\u180e\u115f\u1160\u3164\uffa0\u2800\u2061\ufff9\u{e0041}'].map(
    (mark): [string, string] => [`ab${mark}cd`, 'visible'],
  ),
  ...[...'\u034f\ufe0f\ufe00\u180b\u{e0100}'].map((mark): [string, string] => [`ab${mark}cd`, 'visible']),
  ...['\u034f', '\ufe0f', '\u{e0100}', '\ufe0f\ufe0f', '葛\u{e0100}\u{e0101}', '❤\ufe0f\ufe0f'].map(
    (text): [string, string] => [text, 'visible'],
  ),
  ['A\u200cda', 'visible'],
  ['A\u200dda', 'visible'],
  ['12\u200d34', 'visible'],
  ['عل\u200c\u200cی', 'visible'],
  ['a\ufffeb', 'visible'],
  ['a\ud800b', 'wellFormed'],
  ['\udc00', 'wellFormed'],
  ['Claim http://evil.example/claim', 'noLink'],
  ['HTTPS://EVIL.EXAMPLE', 'noLink'],
  ['javascript://x', 'noLink'],
  ['mailto:eve@evil.example', 'noLink'],
  ['see www.evil.com', 'noLink'],
  ['ＷＷＷ．evil.com', 'noLink'],
  ['evil.example/claim', 'noLink'],
  ['evil.co.uk/a', 'noLink'],
  ['win at evil.com/x now', 'noLink'],
  ['evil.com?x=1', 'noLink'],
  ['evil.com:8080', 'noLink'],
  ['evil．com／x', 'noLink'],
  ['evil。com/x', 'noLink'],
  ['bücher.de/x', 'noLink'],
  ['пример.рф/x', 'noLink'],
  ['evil.xn--p1ai/x', 'noLink'],
  ['evil.com/', 'noLink'],
  ['https:evil.com', 'noLink'],
  ['HTTP:/evil.com/claim', 'noLink'],
  ['evil.no/claim', 'noLink'],
  ['evil.no:8080/claim', 'noLink'],
  ['//evil.com', 'noLink'],
  ['//EVIL.com.', 'noLink'],
  ['///evil.com', 'noLink'],
  ['Eve//evil.com', 'noLink'],
  ['//shop_1.evil.co.uk', 'noLink'],
  ['//eve@evil.com', 'noLink'],
  ['//eve:secret@evil.com:1', 'noLink'],
  ['//evil.no:5', 'noLink'],
  ['／／evil．com', 'noLink'],
  ['//evil。com', 'noLink'],
  ['//пример.рф', 'noLink'],
  ['//डाक.भारत', 'noLink'],
  ['डाक.भारत/x', 'noLink'],
  ['//192.0.2.1', 'noLink'],
  ['//[2001:db8::1]', 'noLink'],
  ['\\\\evil.com', 'noLink'],
  ['/\\evil.com', 'noLink'],
];

describe('a line that a person writes', () => {
  test.each(REAL)('may be %s', (name) => {
    expect(put(personLine, name)).toBe(name.normalize('NFC'));
  });

  test.each(HOSTILE)('may not be %j (%s)', (text, type) => {
    expect(put(personLine, text)).toEqual([type]);
    expect(put(optionalPersonLine, text)).toEqual([type]);
    expect(put(personLine, `Ada ${text} Byron`)).toEqual([type]);
  });

  test('is trimmed and in NFC, and stays what it is when it is given again', () => {
    expect(put(personLine, '  Zoe\u0308\n')).toBe('Zo\u00eb');
    for (const name of REAL) expect(put(personLine, put(personLine, name))).toBe(name.normalize('NFC'));
  });

  test('that is left out, null, empty or no text is for the rule itself to judge', () => {
    expect(put(optionalPersonLine, undefined)).toBeUndefined();
    expect(put(optionalPersonLine, '')).toBe('');
    expect(put(personLine, '  ')).toEqual(['stringMin']);
    expect(put(personLine, 7)).toEqual(['string']);
    expect(put(personLine, 'x'.repeat(101))).toEqual(['stringMax']);
  });

  test('of staff may have a link, and nothing that is not seen', () => {
    expect(put(staffLine, 'https://carrier.example/track')).toBe('https://carrier.example/track');
    expect(put(staffLine, 'a\nb')).toEqual(['oneLine']);
    expect(put(staffLine, 'a\u202eb')).toEqual(['visible']);
  });

  test('whatever it is, is refused or has neither controls nor line breaks nor halves of characters', () => {
    const check = fc.property(anyText({ minLength: 1, maxLength: 30 }), (text) => {
      const taken = put(personLine, text);
      if (Array.isArray(taken)) return;
      assert.doesNotMatch(String(taken), /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\u200b\ufeff]/u);
      assert.equal(hasLink(String(taken)), false);
    });
    fc.assert(check, { seed, numRuns: 2000 });
  });

  test('a long one takes no time that grows with more than its length', () => {
    for (const part of ['a.', 'www', '-.', '://', '\u200d', 'क्‍', '@.'])
      expect(() => lineFault(part.repeat(50_000))).not.toThrow();
    for (const part of ['a.', '-.', 'a.b', 'com/', '/', '//', '//a', '//a.', '//@', '1.'])
      expect(() => hasLink(part.repeat(50_000))).not.toThrow();
  });
});

describe('a text of several lines', () => {
  test('keeps its lines, links, and what some scripts need and nobody sees', () => {
    const text = `ring twice\n\tat the door\r\n${TEXT_LINE_BREAKS.join('x')}x กขค\u200bงจ https://example.com/map`;
    expect(put(textLines, text)).toBe(text);
  });

  test.each([...'\0\x07\x08\x0e\x1b\x1c\x1e\x7f\x80\x9f\u202a\u202d\u202e\u2066\u2069'])('may not have %j', (mark) => {
    expect(put(textLines, `a${mark}b`)).toEqual(['visible']);
    expect(linesFault(`a${mark}b`)?.detail).toContain('U+');
  });

  test('may not have half of a character', () => {
    expect(put(textLines, 'a\ud83db')).toEqual(['wellFormed']);
  });
});
