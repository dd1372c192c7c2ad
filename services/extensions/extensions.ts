import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServiceSchema } from 'moleculer';
import type { Contract } from '../../lib/contract/contract.ts';
import type { Config } from '../../lib/process/config.ts';
import type { NodeKind } from '../../lib/process/node-kinds.ts';
import { contracts } from '../contracts.ts';
import { refuseSharedCollections } from './collection-check.ts';
import { clashOf } from './contract-clash.ts';
import { faultOf } from './contract-fault.ts';
import { type ExtensionFiles, extensionRefusal, findExtensions } from './extension-files.ts';

/** A service of a shop's own, as a node kind runs it. */
interface Extension extends ExtensionFiles {
  contract: Contract;
}

/** The services that a shop has added in SERVICES_DIR. */
export interface Extensions {
  /** Those of the shop itself, and of its extensions. */
  contracts: readonly Contract[];
  /**
   * The extensions of a node kind; their files are loaded only where it runs.
   * @param ours the services that the node kind has anyway
   * @throws {StartError} for a service that cannot be used
   */
  servicesOf(kind: NodeKind, config: Config, ours: readonly ServiceSchema[]): Promise<ServiceSchema[]>;
}

export const NO_EXTENSIONS: Extensions = { contracts, servicesOf: async () => [] };

/**
 * Loads the contracts of all extensions, whichever node kinds this process has: every node checks events, and gateways
 * have the routes of all.
 * @throws {StartError} for a folder or a file that cannot be used
 */
export async function loadExtensions({ servicesDir }: Pick<Config, 'servicesDir'>): Promise<Extensions> {
  if (servicesDir === undefined) return NO_EXTENSIONS;
  const found = findExtensions(servicesDir);
  const extensions: Extension[] = [];
  for (const files of found) {
    const contract = contractIn(await load(servicesDir, files.contractFile), files.contractFile);
    const others = extensions.map((extension) => extension.contract);
    const fault = faultOf(contract, eventNames([...contracts, ...others])) ?? clashOf(contract, contracts, others);
    if (fault) throw extensionRefusal(`${files.contractFile} ${fault}`);
    extensions.push({ ...files, contract });
  }
  return {
    contracts: [...contracts, ...extensions.map(({ contract }) => contract)],
    async servicesOf(kind, config, ours) {
      const schemas = [...ours];
      for (const extension of extensions.filter((one) => one.kind === kind)) {
        const schema = await schemaOf(extension, servicesDir, config);
        refuseSharedCollections(extension, schema, schemas);
        schemas.push(schema);
      }
      return schemas.slice(ours.length);
    },
  };
}

async function load(folder: string, file: string): Promise<Record<string, unknown>> {
  try {
    return await import(pathToFileURL(join(folder, file)).href);
  } catch (error) {
    const [reason] = String(error).split('\n');
    throw extensionRefusal(`${file} does not load: ${reason}`);
  }
}

const eventNames = (known: readonly Contract[]): ReadonlySet<string> =>
  new Set(known.flatMap(({ name, events }) => Object.keys(events).map((event) => `${name}.${event}`)));

function contractIn(module: Record<string, unknown>, file: string): Contract {
  const [contract, ...more] = Object.values(module).filter(isContract);
  if (!contract || more.length > 0) {
    throw extensionRefusal(`${file} must export one contract, and has ${contract ? more.length + 1 : 'none'}`);
  }
  return contract;
}

function isContract(value: unknown): value is Contract {
  const { name, actions, events } = Object(value) as Partial<Contract>;
  return typeof name === 'string' && typeof actions === 'object' && typeof events === 'object';
}

async function schemaOf({ contract, serviceFile }: Extension, folder: string, config: Config): Promise<ServiceSchema> {
  const { default: make } = await load(folder, serviceFile);
  if (typeof make !== 'function') {
    throw extensionRefusal(`${serviceFile} must export as default a function from the config to the service`);
  }
  const schema: ServiceSchema = make(config);
  if (schema?.name !== contract.name) {
    throw extensionRefusal(`${serviceFile} must make the service of its contract ${contract.name}`);
  }
  return schema;
}
