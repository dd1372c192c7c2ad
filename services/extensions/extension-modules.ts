import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServiceSchema } from 'moleculer';
import type { Contract } from '../../lib/contract/contract.ts';
import type { Config } from '../../lib/process/config.ts';
import { StartError } from '../../lib/process/start-error.ts';
import { type ExtensionFiles, extensionRefusal } from './extension-files.ts';

/** @throws {StartError} unless the file exports one contract */
export async function loadContract(folder: string, { contractFile }: ExtensionFiles): Promise<Contract> {
  const [contract, ...more] = Object.values(await load(folder, contractFile)).filter(isContract);
  if (!contract || more.length > 0) {
    throw extensionRefusal(`${contractFile} must export one contract, and has ${contract ? more.length + 1 : 'none'}`);
  }
  return contract;
}

/** @throws {StartError} unless the file's default export makes the service of the contract */
export async function loadService(
  folder: string,
  { serviceFile }: ExtensionFiles,
  { name }: Contract,
  config: Config,
): Promise<ServiceSchema> {
  const { default: make } = await load(folder, serviceFile);
  if (typeof make !== 'function') {
    throw extensionRefusal(`${serviceFile} must export as default a function from the config to the service`);
  }
  let schema: ServiceSchema | undefined;
  try {
    schema = make(config);
  } catch (error) {
    // Of a setting, for example.
    if (error instanceof StartError) throw error;
    throw extensionRefusal(`${serviceFile} does not make its service: ${firstLineOf(error)}`);
  }
  if (schema?.name !== name) throw extensionRefusal(`${serviceFile} must make the service of its contract ${name}`);
  return schema;
}

async function load(folder: string, file: string): Promise<Record<string, unknown>> {
  try {
    return await import(pathToFileURL(join(folder, file)).href);
  } catch (error) {
    throw extensionRefusal(`${file} does not load: ${firstLineOf(error)}`);
  }
}

function isContract(value: unknown): value is Contract {
  const { name, actions, events } = Object(value) as Partial<Contract>;
  return typeof name === 'string' && typeof actions === 'object' && typeof events === 'object';
}

const firstLineOf = (error: unknown): string => String(error).split('\n', 1)[0] ?? '';
