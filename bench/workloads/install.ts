import { execFile } from 'node:child_process';
import { lstatSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import type { Workload } from '../load/measure.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Node itself comes as a package, too (docs/decisions/0008-node-by-npm.md). */
const NODE_PACKAGE = /^node_modules\/node(-bin-setup)?(\/|$)/;
const BYTES_PER_MB = 1e6;

/**
 * Number of the packages that `npm ci --omit=dev` installs, and the sum of the sizes of their files, both without Node. The
 * disk takes more, as each file fills its last block; how much more depends on the file system.
 */
export async function installWorkload(): Promise<Workload> {
  const run = async () => {
    const list = ['ls', '--omit=dev', '--all', '--parseable'];
    const { stdout } = await promisify(execFile)('npm', list, { cwd: ROOT, maxBuffer: 2 ** 24 });
    const paths = new Set(stdout.split('\n').map((path) => relative(ROOT, path)));
    const packages = [...paths].filter((path) => path.startsWith('node_modules') && !NODE_PACKAGE.test(path));
    const installMb = packages.reduce((sum, path) => sum + fileBytesOf(join(ROOT, path)), 0) / BYTES_PER_MB;
    const none = { rate: Number.NaN, p50: Number.NaN, p99: Number.NaN, count: 1, errors: 0 };
    return { ...none, figures: { packages: packages.length, installMb } };
  };
  const contenders = [{ name: 'production', pids: () => ({}), run }];
  return { name: 'install', title: 'install', order: 'once', contenders };
}

/** The sizes of the files of a package, without packages within it. */
function fileBytesOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules')
    .reduce((sum, entry) => {
      const path = join(folder, entry.name);
      return sum + (entry.isDirectory() ? fileBytesOf(path) : lstatSync(path).size);
    }, 0);
}
