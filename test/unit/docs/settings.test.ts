import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { insertSettings } from '../../../scripts/docs/settings-tables.ts';
import { SETTINGS } from '../../../services/settings.ts';

const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8');

test('README has the tables of settings that npm run docs:settings prints', () => {
  expect(readme).toBe(insertSettings(readme));
});

test('README has a row for each setting, with what it is for and what it must be', () => {
  const rows = readme.split('\n').map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));
  const incomplete = Object.keys(SETTINGS).filter((name) => {
    const found = rows.filter(([, first]) => first === `\`${name}\``);
    return found.length !== 1 || !found[0]?.[3] || !found[0][4];
  });
  expect(incomplete).toEqual([]);
});

test('a page without the place for the tables is refused', () => {
  expect(() => insertSettings('# Shop')).toThrow('docs:settings');
});
