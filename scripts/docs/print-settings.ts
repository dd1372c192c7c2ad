// npm run docs:settings prints the tables of settings into README.md, from lib/process/settings.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withSettings } from './settings-tables.ts';

const file = join(import.meta.dirname, '../../README.md');
writeFileSync(file, withSettings(readFileSync(file, 'utf8')));
