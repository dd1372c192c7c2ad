import type { Contract } from '../lib/contract/contract.ts';
import type { Config } from '../lib/process/config.ts';

/** The config of a process, with the contracts of all services, extensions included. */
export interface NodeConfig extends Config {
  contracts: readonly Contract[];
}
