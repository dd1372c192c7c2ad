// Gives the console what it needs of a package that package.json replaces by an empty one
// (docs/decisions/0017-packages-left-out.md).
import { createRequire } from 'node:module';
import { styleText } from 'node:util';

const { resolve } = createRequire(import.meta.url);

/** Gives moleculer-repl the gauge of its command `info`, where the package that it takes it from is empty. */
export function provideGauge(): void {
  let clui: { Gauge?: typeof drawGauge };
  try {
    clui = createRequire(resolve('moleculer-repl'))('clui');
  } catch {
    // moleculer-repl is an optional dependency: the broker says that it is missing.
    return;
  }
  clui.Gauge ??= drawGauge;
}

/** A bar of `width` characters, red above the limit, with a text behind it. */
function drawGauge(value: number, max: number, width: number, limit: number, text: string): string {
  const filled = Math.min(Math.ceil((value / max) * width), width);
  const bar = styleText(value > limit ? 'red' : 'green', '|'.repeat(filled));
  return `[${bar}${'-'.repeat(width - filled)}] ${styleText('gray', text)}`;
}
