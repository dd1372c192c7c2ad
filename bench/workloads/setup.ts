import type { SampleCatalogue, Shelf } from '../load/catalogue.ts';
import type { RunResources } from '../targets/run-resources.ts';
import type { Bare, BenchCluster, Single, Target } from '../targets/targets.ts';

/** The running targets, and parameters of a benchmark. */
export interface BenchSetup {
  bare: Bare;
  shops: readonly Target[];
  /** Also in `shops`, if it runs. */
  cluster: BenchCluster | undefined;
  /** Also in `shops`, if it runs. */
  single: Single | undefined;
  resources: RunResources;
  catalogue: SampleCatalogue;
  /** The remaining stock of each shop, by its name. */
  shelves: ReadonlyMap<string, Shelf>;
  /** Number of measured runs of each contender. */
  rounds: number;
  /** Number of orders before memory is measured. */
  orders: number;
}
