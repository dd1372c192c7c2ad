import type { Self } from '../../../lib/contract/mixin.ts';
import type { Blobs } from '../../../lib/files/blobs.ts';
import type { Store } from '../../../mixins/store/store.ts';
import type { Stores } from '../../../mixins/store/stores.ts';
import type { Worker } from '../../../mixins/worker.ts';
import { hashOf } from './format/file-index.ts';
import { BrokenFile } from './format/row.ts';
import { type ImportedResult, runImport } from './import-rows.ts';
import type { ImportedRow } from './imported-row.ts';
import { finished, hopeless, type Job, LEASE_MS, progressed, released, renewed } from './job.ts';
import { productRows } from './product-rows.ts';
import { noteRefusals, type RowRefusal } from './refusals.ts';
import { missingIn } from './removals.ts';

/** Of a lease without any progress: for two minutes. What stands still for longer, another node may try. */
const MOST_RENEWALS = 36;

/** What the mixins of the `import` service bring. */
export type ImportParts = { store: Store<Job>; worker: Worker } & Stores<{ refusals: RowRefusal }>;
type ImportService = Self<ImportParts>;

/** The name of an import's file. */
export const fileOf = (id: string): string => `import/${id}`;

/** Works off an import that was claimed. @throws why it goes no further */
export async function runImportJob(job: Job, service: ImportService, blobs: Blobs): Promise<void> {
  const { store, logger } = service;
  const [id, owner] = [job._id, job.owner ?? ''];
  const reason = hopeless(job);
  const end = reason === undefined ? await attempt(service, blobs, job, owner) : { reason };
  if (!end) return;
  const ended = await store.change(id, (found, now) => finished(found, owner, end.reason, now));
  if (!ended) return;
  // Nobody needs it any more.
  await blobs.remove(fileOf(id)).catch((error) => logger.warn(`${fileOf(id)} could not be removed`, error));
}

/**
 * @returns why the rest of the file cannot be read, null at its end; undefined: it is left for another to go on
 * @throws what keeps it from going on now
 */
async function attempt(
  service: ImportService,
  blobs: Blobs,
  job: Job,
  owner: string,
): Promise<{ reason: string | null } | undefined> {
  const { store, stores, broker, worker } = service;
  let renewals = 0;
  const renewing = setInterval(() => {
    if (++renewals > MOST_RENEWALS) return;
    worker.background(store.change(job._id, (found, now) => renewed(found, owner, now)));
  }, LEASE_MS / 3);
  try {
    const open = async () => {
      const file = await blobs.get(fileOf(job._id));
      if (!file) throw new BrokenFile('Its file is not there.');
      return watched(file, () => {
        renewals = 0;
      });
    };
    const { removeMissing = false } = job;
    const skus = removeMissing ? new Set<number>() : undefined;
    const isThrough = await runImport({
      rows: productRows(open, job.format, { whole: removeMissing, ...(skus ? { skus } : {}) }),
      done: job.rows,
      again: job.again === true,
      async apply(rows, again) {
        const keep = skus ? await elsewhere(service, rows, skus) : [];
        const batch = { importId: job._id, rows: [...rows], again, removeMissing, keep };
        return (await broker.call('product.importBatch', batch)).map(({ kind, detail = '', removed = 0 }) =>
          kind === 'refused' ? { kind, detail } : { kind, removed },
        );
      },
      async save(results) {
        // Before they are counted: what is noted twice is there once.
        await noteRefusals(stores.refusals, job._id, refusalsIn(results));
        renewals = 0;
        const kept = await store.change(job._id, (found, now) => progressed(found, owner, results, now));
        return kept !== null && !worker.stopping.aborted;
      },
    });
    if (isThrough) return { reason: null };
    await store.change(job._id, (found, now) => released(found, owner, now));
    return undefined;
  } catch (error) {
    if (error instanceof BrokenFile) return { reason: error.message };
    throw error;
  } finally {
    clearInterval(renewing);
  }
}

/** What the products of these rows have, their rows leave out, and the file says something of in another row. */
async function elsewhere(
  { broker }: ImportService,
  rows: readonly ImportedRow[],
  skus: ReadonlySet<number>,
): Promise<string[]> {
  const inputs = new Map(rows.flatMap(({ input }) => (input.slug === undefined ? [] : [[input.slug, input]])));
  const products = await broker.call('product.skusOf', { slugs: [...inputs.keys()] });
  return products.flatMap(({ slug, skus: known }) =>
    missingIn({ variants: known.map((sku) => ({ sku })) }, inputs.get(slug) ?? {}).filter((sku) =>
      skus.has(hashOf(sku)),
    ),
  );
}

const refusalsIn = (results: readonly ImportedResult[]) =>
  results.flatMap(({ line, outcome }) => (outcome.kind === 'refused' ? [{ line, detail: outcome.detail }] : []));

/** What is read is progress too: several passes may be needed before anything comes of it. */
async function* watched(file: AsyncIterable<Buffer>, progress: () => void): AsyncGenerator<Buffer> {
  for await (const chunk of file) {
    progress();
    yield chunk;
  }
}
