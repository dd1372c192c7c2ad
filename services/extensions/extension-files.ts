import { globSync, statSync } from 'node:fs';
import { basename, sep } from 'node:path';
import { NODE_KINDS, type NodeKind } from '../../lib/process/node-kinds.ts';
import { StartError } from '../../lib/process/start-error.ts';

/** The node kinds that services of a shop's own can run on. */
const HOST_KINDS = NODE_KINDS.filter((kind) => kind !== 'watcher');

/** The two files of an extension, by their paths from SERVICES_DIR. */
export interface ExtensionFiles {
  /** The node kind that runs it: its topmost folder. */
  kind: NodeKind;
  contractFile: string;
  serviceFile: string;
}

/** The message for a folder of services that cannot be used, or a file in it. */
export const extensionRefusal = (message: string): StartError => new StartError(`SERVICES_DIR: ${message}`);

const ENDING = /\.(contract|service)\.ts$/;

/**
 * Finds the extensions in a folder, in the order of their paths. Hidden folders and node_modules are not looked into.
 * @throws {StartError} for a folder that is not there or has none, and for files that do not belong together
 */
export function findExtensions(folder: string): ExtensionFiles[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw extensionRefusal(`there is no folder ${folder}`);
  }
  const files = globSync('**/*.{contract,service}.ts', { cwd: folder, exclude: isSkipped })
    .map((file) => file.replaceAll(sep, '/'))
    .sort();
  if (files.length === 0) throw extensionRefusal(`${folder} has no *.contract.ts and no *.service.ts`);
  const names = [...new Set(files.map((file) => file.replace(ENDING, '')))];
  return names.map((name) => pairOf(name, files));
}

const isSkipped = (path: string): boolean => /^\.|^node_modules$/.test(basename(path));

function pairOf(name: string, files: readonly string[]): ExtensionFiles {
  const [contractFile, serviceFile] = [`${name}.contract.ts`, `${name}.service.ts`];
  const missing = [contractFile, serviceFile].find((file) => !files.includes(file));
  if (missing === contractFile) throw extensionRefusal(`${serviceFile} has no ${basename(missing)} beside it`);
  if (missing === serviceFile) throw extensionRefusal(`${contractFile} has no ${basename(missing)} beside it`);
  const [top] = name.split('/');
  const kind = HOST_KINDS.find((one) => `${one}` === top);
  if (!kind) {
    throw extensionRefusal(
      `${contractFile} is in none of the folders ${HOST_KINDS.join(', ')}, which name its node kind`,
    );
  }
  return { kind, contractFile, serviceFile };
}
