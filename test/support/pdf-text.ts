import { inflateSync } from 'node:zlib';

/**
 * What a PDF of ours shows, a line for each piece of text, as a reader would copy it: its content streams hold glyph ids
 * as hexadecimal strings (ISO 32000-1 §9.4), which the ToUnicode map of their font (§9.10.3) turns into text. Pieces are in
 * the order in which they are drawn, letters from left to right. A glyph that stands for no character is U+FFFD.
 */
export function pdfText(pdf: Buffer): string {
  const objects = objectsOf(pdf);
  const fonts = fontsOf(objects);
  const lines: string[] = [];
  for (const { stream = '' } of objects.values()) {
    let letters = new Map<number, string>();
    for (const [, font, pieces = ''] of stream.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
      if (font !== undefined) {
        letters = fonts.get(font) ?? new Map();
        continue;
      }
      const hex = [...pieces.matchAll(/<([0-9a-f]*)>/g)].map(([, digits]) => digits).join('');
      const glyphs = hex.match(/.{4}/g) ?? [];
      lines.push(glyphs.map((glyph) => letters.get(Number.parseInt(glyph, 16)) ?? '\ufffd').join(''));
    }
  }
  return lines.join('\n');
}

interface PdfObject {
  dictionary: string;
  stream?: string;
}

function objectsOf(pdf: Buffer): Map<string, PdfObject> {
  const text = pdf.toString('latin1');
  const objects = new Map<string, PdfObject>();
  for (const [, id = '', body = ''] of text.matchAll(/(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj/gs)) {
    const at = body.indexOf('stream\n');
    if (at < 0) objects.set(id, { dictionary: body });
    else {
      const data = Buffer.from(body.slice(at + 'stream\n'.length, body.lastIndexOf('\nendstream')), 'latin1');
      const packed = body.slice(0, at).includes('FlateDecode');
      objects.set(id, {
        dictionary: body.slice(0, at),
        stream: (packed ? inflateSync(data) : data).toString('latin1'),
      });
    }
  }
  return objects;
}

/** By the name that content streams have for a font: what each of its glyph ids stands for. */
function fontsOf(objects: Map<string, PdfObject>): Map<string, Map<number, string>> {
  const fonts = new Map<string, Map<number, string>>();
  for (const { dictionary } of objects.values()) {
    for (const [, name = '', id = ''] of dictionary.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const [, map = ''] = /\/ToUnicode (\d+) 0 R/.exec(objects.get(id)?.dictionary ?? '') ?? [];
      fonts.set(name, lettersOf(objects.get(map)?.stream ?? ''));
    }
  }
  return fonts;
}

/** A map of glyph ids as pdfkit writes it: ranges of ids with an array of UTF-16 texts. */
function lettersOf(map: string): Map<number, string> {
  const letters = new Map<number, string>();
  for (const [, first = '', texts = ''] of map.matchAll(/<([0-9a-f]+)> <[0-9a-f]+> \[([^\]]*)\]/gi)) {
    for (const [index, [, hex = '']] of [...texts.matchAll(/<([0-9a-f ]*)>/gi)].entries()) {
      const units = hex.replaceAll(' ', '').match(/.{4}/g) ?? [];
      // The first glyph of a font stands for what it does not have.
      const text = String.fromCharCode(...units.map((unit) => Number.parseInt(unit, 16)));
      if (text !== '\0') letters.set(Number.parseInt(first, 16) + index, text);
    }
  }
  return letters;
}
