// npm run docs:settings prints the tables of settings into README.md, from lib/process/settings.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { insertSettings } from './settings-tables.ts';

const file = join(import.meta.dirname, '../../README.md');
writeFileSync(file, insertSettings(readFileSync(file, 'utf8')));
