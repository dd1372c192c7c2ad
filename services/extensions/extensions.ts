import type { ServiceSchema } from 'moleculer';
import type { Contract } from '../../lib/contract/contract.ts';
import type { Config } from '../../lib/process/config.ts';
import type { NodeKind } from '../../lib/process/node-kinds.ts';
import { contracts as shopContracts } from '../contracts.ts';
import { clashOf } from './contract-clash.ts';
import { faultOf } from './contract-fault.ts';
import { type ExtensionFiles, extensionRefusal, findExtensions } from './extension-files.ts';
import { loadContract, loadService } from './extension-modules.ts';
import { refuseSharedNames } from './ownership-check.ts';

/** A service that a shop has added. */
interface Extension {
  files: ExtensionFiles;
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

export const NO_EXTENSIONS: Extensions = { contracts: shopContracts, servicesOf: async () => [] };

/**
 * Loads the contracts of all extensions, whichever node kinds this process has: every node checks events, and gateways
 * have the routes of all.
 * @throws {StartError} for a folder or a file that cannot be used
 */
export async function loadExtensions({ servicesDir }: Pick<Config, 'servicesDir'>): Promise<Extensions> {
  if (servicesDir === undefined) return NO_EXTENSIONS;
  const extensions: Extension[] = [];
  for (const files of findExtensions(servicesDir)) {
    extensions.push({ files, contract: await loadContract(servicesDir, files) });
  }
  const contracts = [...shopContracts, ...extensions.map(({ contract }) => contract)];
  const events = eventNames(contracts);
  refuseFaults(extensions, events);
  return {
    contracts,
    async servicesOf(kind, config, ours) {
      const schemas = [...ours];
      for (const { files, contract } of extensions.filter((one) => one.files.kind === kind)) {
        const schema = await loadService(servicesDir, files, contract, config);
        refuseUnknownEvents(files, schema, events);
        refuseSharedNames(files, schema, schemas);
        schemas.push(schema);
      }
      return schemas.slice(ours.length);
    },
  };
}

export const eventNames = (contracts: readonly Contract[]): ReadonlySet<string> =>
  new Set(contracts.flatMap(({ name, events }) => Object.keys(events).map((event) => `${name}.${event}`)));

function refuseFaults(extensions: readonly Extension[], events: ReadonlySet<string>): void {
  for (const [n, { files, contract }] of extensions.entries()) {
    const others = extensions.slice(0, n).map((other) => other.contract);
    const fault = faultOf(contract, events) ?? clashOf(contract, shopContracts, others);
    if (fault !== undefined) throw extensionRefusal(`${files.contractFile} ${fault}`);
  }
}

/** Moleculer's own events begin with `$`. */
function refuseUnknownEvents(
  { serviceFile }: ExtensionFiles,
  schema: ServiceSchema,
  events: ReadonlySet<string>,
): void {
  const unknown = Object.keys(schema.events ?? {}).find((event) => !event.startsWith('$') && !events.has(event));
  if (unknown !== undefined) throw extensionRefusal(`${serviceFile} listens to ${unknown}, and there is no such event`);
}
