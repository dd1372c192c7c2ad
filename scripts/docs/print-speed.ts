// npm run docs:speed prints the figures of bench/results/latest.json into README.md and docs/scaling.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { insertScaling } from './scaling-tables.ts';
import type { SpeedFigures } from './speed-figures.ts';
import { insertSpeed } from './speed-table.ts';

const ROOT = join(import.meta.dirname, '../..');
const figures: SpeedFigures = JSON.parse(readFileSync(join(ROOT, 'bench/results/latest.json'), 'utf8'));
for (const [name, insert] of [
  ['README.md', insertSpeed],
  ['docs/scaling.md', insertScaling],
] as const) {
  const file = join(ROOT, name);
  writeFileSync(file, insert(readFileSync(file, 'utf8'), figures));
}
