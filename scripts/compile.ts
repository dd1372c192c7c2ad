// Fills Node's compile cache (NODE_COMPILE_CACHE) for an image, whose containers cannot write there: runs a shop once.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NODE_ENVIRONMENT, V8_ARGUMENTS } from './process-options.ts';

/** Modules that a shop without servers does not load. */
const OTHERS = ['../mixins/store/store-mongo.ts', '../services/watcher/watcher.service.ts'];

const pathOf = (file: string) => join(import.meta.dirname, file);
const imports = OTHERS.flatMap((file) => ['--import', pathOf(file)]);
const dataDir = mkdtempSync(join(tmpdir(), 'shop-compile-'));
const env = { ...NODE_ENVIRONMENT, ...process.env, NODE_ENV: 'development', PORT: '0', DATA_DIR: dataDir };
const shop = spawn(process.execPath, [...V8_ARGUMENTS, ...imports, pathOf('start.ts')], {
  env,
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
});
const ended = once(shop, 'exit');
shop.once('message', () => shop.kill('SIGTERM'));
const [code] = await ended;
rmSync(dataDir, { recursive: true });
process.exitCode = code === 0 ? 0 : 1;
