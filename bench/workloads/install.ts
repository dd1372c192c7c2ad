import { execFile } from 'node:child_process';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Workload } from '../load/measure.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Node itself comes as a package, too (docs/decisions/0008-node-by-npm.md). */
const NODE_PACKAGE = /node_modules\/node(-bin-[\w-]+)?$/;
const BYTES_PER_BLOCK = 512;

/** Number and size of the packages that `npm ci --omit=dev` installs, without Node. */
export async function installWorkload(): Promise<Workload> {
  const run = async () => {
    const list = ['ls', '--omit=dev', '--all', '--parseable'];
    const { stdout } = await promisify(execFile)('npm', list, { cwd: ROOT, maxBuffer: 2 ** 24 });
    const packages = stdout.split('\n').filter((path) => path.includes('node_modules') && !NODE_PACKAGE.test(path));
    const installMb = packages.reduce((sum, path) => sum + diskBytesOf(path), 0) / 2 ** 20;
    const none = { rate: Number.NaN, p50: Number.NaN, p99: Number.NaN, count: 1, errors: 0 };
    return { ...none, figures: { packages: packages.length, installMb } };
  };
  const contenders = [{ name: 'production', pids: () => ({}), run }];
  return { name: 'install', title: 'install', order: 'once', contenders };
}

/** What the files of a package take on the disk, without packages within it. */
function diskBytesOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules')
    .reduce((sum, entry) => {
      const path = join(folder, entry.name);
      return sum + (entry.isDirectory() ? diskBytesOf(path) : lstatSync(path).blocks * BYTES_PER_BLOCK);
    }, 0);
}
