import { contract } from '../../../lib/contract/contract.ts';
import { named } from '../../../lib/contract/named.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { staff } from '../../../lib/contract/presets.ts';
import { anyId } from '../../shared/ids.ts';
import { FILE_FORMATS, IMPORT_STATUSES } from './job.ts';
import { removedVariantRule } from './removed-variant.contract.ts';

const MAX_FILE_BYTES = 512 * 1024 ** 2;

/** CSV, a row for each variant, or JSON Lines. */
export const formatRule = named('FileFormat', { type: 'enum', values: FILE_FORMATS });

const job = {
  id: 'string',
  status: named('ImportStatus', { type: 'enum', values: IMPORT_STATUSES }),
  format: formatRule,
  staffId: 'string',
  /** Products of the file that are processed so far; the next four are their outcomes. */
  rows: 'number',
  created: 'number',
  updated: 'number',
  unchanged: 'number',
  failed: 'number',
  /** Whether variants missing in the file are removed, and how many are removed so far. */
  removeMissing: 'boolean',
  removed: 'number',
  /** Why the rest of the file was not imported. */
  reason: { type: 'string', nullable: true },
  createdAt: 'string',
  finishedAt: { type: 'string', nullable: true },
} as const;
const refusedRowRule = named('RefusedRow', { type: 'object', props: { line: 'number', detail: 'string' } });
const jobRule = named('ImportJob', { type: 'object', props: job });
/** With the first 100 refused rows and removed variants; separate routes list all of them. */
const jobDetails = named('ImportJobDetails', {
  type: 'object',
  props: {
    ...job,
    errors: { type: 'array', items: refusedRowRule },
    removedVariants: { type: 'array', items: removedVariantRule },
  },
});

const byStaff = staff('catalogue:write');

export const imports = contract(
  'import',
  {
    start: {
      ...byStaff,
      /** Answers before the import runs. Products missing in the file stay; so do variants, unless `removeMissing` is set. */
      summary: 'Start an import of products from a file: CSV (one row per variant) or JSON Lines',
      idempotent: false,
      rest: 'POST /v1/admin/imports',
      status: 202,
      location: '/v1/admin/imports/{id}',
      upload: { types: ['text/csv', 'application/x-ndjson'], limit: MAX_FILE_BYTES, maxSeconds: 3600 },
      headers: { type: 'Content-Type' },
      params: { type: { type: 'string', max: 200 }, removeMissing: { type: 'boolean', optional: true } },
      returns: jobRule,
    },
    read: {
      ...byStaff,
      summary: 'Get the progress of an import, with its first 100 refused rows and removed variants',
      idempotent: true,
      rest: 'GET /v1/admin/imports/:id',
      params: { id: anyId },
      returns: jobDetails,
      problems: ['not-found'],
    },
    errors: {
      ...byStaff,
      summary: 'List the refused rows of an import, by line, with reasons',
      idempotent: true,
      rest: 'GET /v1/admin/imports/:id/errors',
      params: { id: anyId, ...pageParams },
      returns: pageOf(refusedRowRule),
      problems: ['not-found'],
    },
    removed: {
      ...byStaff,
      summary: 'List the variants that an import removed, by line and SKU, with the stock that they had',
      idempotent: true,
      rest: 'GET /v1/admin/imports/:id/removed',
      params: { id: anyId, ...pageParams },
      returns: pageOf(removedVariantRule),
      problems: ['not-found'],
    },
    list: {
      ...byStaff,
      summary: 'List all imports, newest first',
      idempotent: true,
      rest: 'GET /v1/admin/imports',
      params: pageParams,
      returns: pageOf(jobRule),
    },
  },
  {},
);
