import type { Self } from '../../../lib/contract/mixin.ts';
import type { Blobs } from '../../../lib/files/blobs.ts';
import type { Store } from '../../../mixins/store/store.ts';
import type { Stores } from '../../../mixins/store/stores.ts';
import type { Worker } from '../../../mixins/worker.ts';
import { hashOf } from './format/file-index.ts';
import { BrokenFile } from './format/row.ts';
import { importRows, type RowResult } from './import-rows.ts';
import type { ImportedRow } from './imported-row.ts';
import {
  finishJob,
  IMPORT_LEASE_MS,
  type ImportJob,
  reasonToGiveUp,
  recordProgress,
  releaseJob,
  renewLease,
} from './job.ts';
import { productRows } from './product-rows.ts';
import { type RowRefusal, recordRefusals } from './refusals.ts';
import { missingSkus } from './removals.ts';

/** About two minutes; then another node may continue. */
const MAX_RENEWALS_WITHOUT_PROGRESS = 36;

/** Properties that the `import` service adds to Moleculer's. */
export type ImportParts = { store: Store<ImportJob>; worker: Worker } & Stores<{ refusals: RowRefusal }>;
type ImportService = Self<ImportParts>;

/** The blob name of an import's file. */
export const importFile = (id: string): string => `import/${id}`;

/** Runs a claimed import to its end. @throws the error that interrupts it; a worker tries again */
export async function runImportJob(job: ImportJob, service: ImportService, blobs: Blobs): Promise<void> {
  const { store, logger } = service;
  const [id, owner] = [job._id, job.owner ?? ''];
  const reason = reasonToGiveUp(job);
  const end = reason === undefined ? await tryToFinish(service, blobs, job, owner) : { reason };
  if (!end) return;
  const ended = await store.change(id, (found, now) => finishJob(found, owner, end.reason, now));
  if (!ended) return;
  await blobs
    .remove(importFile(id))
    .catch((error) => logger.warn(`The import file ${importFile(id)} was not removed`, error));
}

/**
 * Imports the file from where the last attempt ended.
 * @returns the reason why the rest of the file cannot be read, null at its end; undefined when another node continues
 * @throws the error that interrupts it
 */
async function tryToFinish(
  service: ImportService,
  blobs: Blobs,
  job: ImportJob,
  owner: string,
): Promise<{ reason: string | null } | undefined> {
  const { store, stores, broker, worker } = service;
  let renewals = 0;
  const renewing = setInterval(() => {
    if (++renewals > MAX_RENEWALS_WITHOUT_PROGRESS) return;
    worker.background(store.change(job._id, (found, now) => renewLease(found, owner, now)));
  }, IMPORT_LEASE_MS / 3);
  try {
    const open = async () => {
      const file = await blobs.get(importFile(job._id));
      if (!file) throw new BrokenFile('The uploaded file is missing.');
      return reportingProgress(file, () => {
        renewals = 0;
      });
    };
    const { removeMissing = false } = job;
    const skus = removeMissing ? new Set<number>() : undefined;
    const isComplete = await importRows({
      rows: productRows(open, job.format, { mustBeWhole: removeMissing, ...(skus ? { skus } : {}) }),
      done: job.rows,
      again: job.again === true,
      async apply(rows, again) {
        const keep = skus ? await skusInOtherRows(service, rows, skus) : [];
        const batch = { importId: job._id, rows: [...rows], again, removeMissing, keep };
        return (await broker.call('product.importBatch', batch)).map(({ kind, detail = '', removed = 0 }) =>
          kind === 'refused' ? { kind, detail } : { kind, removed },
        );
      },
      async save(results) {
        // Before they are counted: a repeated refusal is stored once.
        await recordRefusals(stores.refusals, job._id, refusalsIn(results));
        renewals = 0;
        const recorded = await store.change(job._id, (found, now) => recordProgress(found, owner, results, now));
        return recorded !== null && !worker.stopping.aborted;
      },
    });
    if (isComplete) return { reason: null };
    await store.change(job._id, (found, now) => releaseJob(found, owner, now));
    return undefined;
  } catch (error) {
    if (error instanceof BrokenFile) return { reason: error.message };
    throw error;
  } finally {
    clearInterval(renewing);
  }
}

/** SKUs that the products of these rows have, but their rows leave out, and that another row of the file has. */
async function skusInOtherRows(
  { broker }: ImportService,
  rows: readonly ImportedRow[],
  skus: ReadonlySet<number>,
): Promise<string[]> {
  const inputs = new Map(rows.flatMap(({ input }) => (input.slug === undefined ? [] : [[input.slug, input]])));
  const products = await broker.call('product.skusOf', { slugs: [...inputs.keys()] });
  return products.flatMap(({ slug, skus: known }) =>
    missingSkus({ variants: known.map((sku) => ({ sku })) }, inputs.get(slug) ?? {}).filter((sku) =>
      skus.has(hashOf(sku)),
    ),
  );
}

const refusalsIn = (results: readonly RowResult[]) =>
  results.flatMap(({ line, outcome }) => (outcome.kind === 'refused' ? [{ line, detail: outcome.detail }] : []));

/** Reading is progress too: the first product may need several passes over the file. */
async function* reportingProgress(file: AsyncIterable<Buffer>, progress: () => void): AsyncGenerator<Buffer> {
  for await (const chunk of file) {
    progress();
    yield chunk;
  }
}
