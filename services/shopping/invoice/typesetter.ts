import type PDFDocument from 'pdfkit';
import { loadFont } from './fonts.ts';
import { splitIntoRuns, splitIntoWords, type TextRun, toPrintable } from './runs.ts';

type Doc = InstanceType<typeof PDFDocument>;

export interface TextStyle {
  size: number;
  bold?: boolean;
  color?: string;
  align?: 'left' | 'right' | 'center';
  /** `auto`: a text that begins with a right-to-left letter is laid out from right to left. */
  direction?: 'ltr' | 'auto';
}

/** In font sizes: the distance of two lines, and of a line's top from its baseline. */
const LINE_HEIGHT_FACTOR = 1.4;
const BASELINE_FACTOR = 1.05;

/**
 * No OpenType features beyond the script's own. With a list, even an empty one, pdfkit lays out a run as a whole, not
 * by words.
 */
const DEFAULT_FEATURES: PDFKit.Mixins.OpenTypeFeatures[] = [];

/** Draws text of any script on the pages of a PDF. Lengths are in points. */
export class Typesetter {
  readonly #doc: Doc;
  readonly #registered = new Set<string>();
  readonly #widths = new Map<string, number>();

  constructor(doc: Doc) {
    this.#doc = doc;
  }

  /** The height of a text that is broken into lines of this width. */
  heightOf(text: string, width: number, style: TextStyle): number {
    return this.#lines(text, width, style).length * style.size * LINE_HEIGHT_FACTOR;
  }

  /** Draws a text with its upper left corner at x and y. @returns the y below it */
  draw(text: string, x: number, y: number, width: number, style: TextStyle): number {
    const { size, bold = false, color = 'black', align = 'left', direction = 'ltr' } = style;
    let top = y;
    for (const line of this.#lines(text, width, style)) {
      const runs = splitIntoRuns(line, bold, direction);
      const spare = width - this.#widthOf(runs, size);
      let left = x + (align === 'right' ? spare : align === 'center' ? spare / 2 : 0);
      for (const run of runs) {
        this.#selectFont(run, size).fillColor(color);
        const place = { lineBreak: false, baseline: 'alphabetic', features: DEFAULT_FEATURES } as const;
        this.#doc.text(run.text, left, top + size * BASELINE_FACTOR, place);
        left += this.#widthOf([run], size);
      }
      top += size * LINE_HEIGHT_FACTOR;
    }
    return top;
  }

  #lines(text: string, width: number, { size, bold = false, direction = 'ltr' }: TextStyle): string[] {
    const printed = toPrintable(text);
    const widthOf = (part: string) => this.#widthOf(splitIntoRuns(part, bold, direction), size);
    if (widthOf(printed) <= width) return [printed];
    const lines: string[] = [];
    let [line, used] = ['', 0];
    const put = (part: string) => {
      if (line !== '' && used + widthOf(part.trimEnd()) > width) {
        lines.push(line.trimEnd());
        [line, used] = ['', 0];
      }
      line += part;
      used += widthOf(part);
    };
    for (const word of splitIntoWords(printed)) {
      if (widthOf(word.trimEnd()) <= width) put(word);
      else for (const { segment } of graphemeSegmenter.segment(word)) put(segment);
    }
    return [...lines, line.trimEnd()];
  }

  #widthOf(runs: readonly TextRun[], size: number): number {
    return runs.reduce((width, run) => width + this.#unitWidthOf(run) * size, 0);
  }

  /** The width at a font size of 1. It is cached: measuring takes the most time, and documents repeat many texts. */
  #unitWidthOf(run: TextRun): number {
    const key = `${run.font} ${run.text}`;
    const known = this.#widths.get(key);
    if (known !== undefined) return known;
    const width = this.#selectFont(run, 1).widthOfString(run.text, { features: DEFAULT_FEATURES });
    this.#widths.set(key, width);
    return width;
  }

  #selectFont({ font }: TextRun, size: number): Doc {
    if (!this.#registered.has(font)) {
      // pdfkit takes an opened font, too, which its types do not say.
      this.#doc.registerFont(font, loadFont(font) as unknown as Uint8Array);
      this.#registered.add(font);
    }
    return this.#doc.font(font).fontSize(size);
  }
}

const graphemeSegmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
