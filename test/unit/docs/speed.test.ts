import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { insertScaling } from '../../../scripts/docs/scaling-tables.ts';
import type { SpeedFigures } from '../../../scripts/docs/speed-figures.ts';
import { insertSpeed } from '../../../scripts/docs/speed-table.ts';

const fileOf = (name: string) => readFileSync(join(import.meta.dirname, '../../..', name), 'utf8');
const latest: SpeedFigures = JSON.parse(fileOf('bench/results/latest.json'));

test('README and docs/scaling.md have the figures of the latest results, as npm run docs:speed prints them', () => {
  expect(fileOf('README.md')).toBe(insertSpeed(fileOf('README.md'), latest));
  expect(fileOf('docs/scaling.md')).toBe(insertScaling(fileOf('docs/scaling.md'), latest));
});

const figures: SpeedFigures = {
  command: 'npm run bench --',
  machine: { cores: 2, processor: 'one', load: 0.1, date: '2026-01-02T03:04:05Z' },
  outcomes: [
    {
      what: 'order',
      unit: 'ms',
      value: 8.123,
      atMost: 9,
      detail: '12 ms with both',
      isReached: true,
      example: '130/s',
    },
    { what: 'cart', unit: '/s', value: 173, atLeast: 600, isReached: false },
    { what: 'install', unit: 'MB', atMost: 130, isReached: false },
  ],
  costs: [{ target: 'cluster', request: 'both', cpuMs: { shopping: 6, mongo: 3 } }],
};
const README = '<!-- speed: printed by npm run docs:speed -->\n<!-- /speed -->';
const SCALING =
  '<!-- costs: printed by npm run docs:speed -->\n<!-- /costs -->\n<!-- cores: printed by npm run docs:speed -->\n<!-- /cores -->';

test('each goal has what was measured, and whether it is reached', () => {
  expect(insertSpeed(README, figures).split('\n')).toEqual([
    '<!-- speed: printed by npm run docs:speed -->',
    '',
    '| what | measured | goal | reached | the example |',
    '|---|---|---|---|---|',
    '| order | 8.12 ms (12 ms with both) | ≤ 9 ms | yes | 130/s |',
    '| cart | 173/s | ≥ 600/s | no |  |',
    '| install | not measured | ≤ 130 MB |  |  |',
    '',
    'From `npm run bench --` on 2 cores (one), 2026-01-02.',
    '',
    '<!-- /speed -->',
  ]);
});

test('a run on a busy machine is called one', () => {
  const busy = { ...figures, machine: { ...figures.machine, load: 8.4 } };
  expect(insertSpeed(README, busy)).toContain('Others used the machine (load 8.4)');
});

test('cores follow from the cost of an order and the rate', () => {
  const page = insertScaling(SCALING, figures);
  expect(page).toContain('| both | 0 | 6 | 0 | 0 | 0 | 3 | 9 |');
  expect(page).toContain('| 1,000 | 0 | 10 | 0 | 0 | 0 | 5 |');
});

test('a page without the place for the figures is refused', () => {
  expect(() => insertSpeed('# Shop', figures)).toThrow('docs:speed');
  expect(() => insertScaling(README, figures)).toThrow('costs');
});
