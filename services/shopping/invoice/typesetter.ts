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

/** Of the size: what lies between two lines, and where letters stand in one. */
const LINE_HEIGHT_FACTOR = 1.4;
const BASELINE_FACTOR = 1.05;

/** No features beyond those of the script. Given as a list, pdfkit lays a run out as a whole instead of word by word. */
const DEFAULT_FEATURES: PDFKit.Mixins.OpenTypeFeatures[] = [];

/** Puts text of any script on the pages of a document. */
export class Typesetter {
  readonly #doc: Doc;
  readonly #registered = new Set<string>();
  readonly #widths = new Map<string, number>();

  constructor(doc: Doc) {
    this.#doc = doc;
  }

  /** How high a text is when it is broken into lines of this width. */
  heightOf(text: string, width: number, style: TextStyle): number {
    return this.#lines(text, width, style).length * style.size * LINE_HEIGHT_FACTOR;
  }

  /** Draws a text, its upper left corner at x and y. Returns where the text below it begins. */
  draw(text: string, x: number, y: number, width: number, style: TextStyle): number {
    const { size, bold = false, color = 'black', align = 'left', direction = 'ltr' } = style;
    let top = y;
    for (const line of this.#lines(text, width, style)) {
      const runs = splitIntoRuns(line, bold, direction);
      const spare = width - this.#widthOf(runs, size);
      let left = x + (align === 'right' ? spare : align === 'center' ? spare / 2 : 0);
      for (const run of runs) {
        this.#use(run, size).fillColor(color);
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

  /** At a size of 1. Measuring is what takes longest, and much of a paper repeats itself. */
  #unitWidthOf(run: TextRun): number {
    const key = `${run.font} ${run.text}`;
    const known = this.#widths.get(key);
    if (known !== undefined) return known;
    const width = this.#use(run, 1).widthOfString(run.text, { features: DEFAULT_FEATURES });
    this.#widths.set(key, width);
    return width;
  }

  #use({ font }: TextRun, size: number): Doc {
    if (!this.#registered.has(font)) {
      // A font that is open already, which the types of pdfkit do not know, though it takes one.
      this.#doc.registerFont(font, loadFont(font) as unknown as Uint8Array);
      this.#registered.add(font);
    }
    return this.#doc.font(font).fontSize(size);
  }
}

const graphemeSegmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
