import { contract } from '../../../lib/contract/contract.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { anyId } from '../../shared/ids.ts';
import { FORMATS, JOB_STATUSES } from './job.ts';
import { removedVariantRule } from './removed-variant.contract.ts';

const LARGEST_FILE = 512 * 1024 ** 2;

const job = {
  id: 'string',
  status: { type: 'enum', values: JOB_STATUSES },
  format: { type: 'enum', values: FORMATS },
  staffId: 'string',
  /** Products of the file that have been dealt with so far, and what came of them. */
  rows: 'number',
  created: 'number',
  updated: 'number',
  unchanged: 'number',
  failed: 'number',
  /** Variants go that the rows of their product leave out, and how many went so far. */
  removeMissing: 'boolean',
  removed: 'number',
  /** Why the rest of the file could not be read. */
  reason: { type: 'string', nullable: true },
  createdAt: 'string',
  finishedAt: { type: 'string', nullable: true },
} as const;
const refusedRowRule = { type: 'object', props: { line: 'number', detail: 'string' } } as const;
const jobRule = { type: 'object', props: job } as const;
/** With the first 100 rows that were refused, and variants that were removed; all of them have lists of their own. */
const fullJob = {
  type: 'object',
  props: {
    ...job,
    errors: { type: 'array', items: refusedRowRule },
    removedVariants: { type: 'array', items: removedVariantRule },
  },
} as const;

const staff = { visibility: 'published', auth: 'staff', scope: 'catalogue:write' } as const;

export const imports = contract(
  'import',
  {
    start: {
      ...staff,
      summary:
        'Import products from a file: CSV, a row for each variant, or JSON Lines. It is worked off afterwards. ' +
        'Nothing is taken away that is not in it, unless removeMissing says so of variants',
      idempotent: false,
      rest: 'POST /v1/admin/imports',
      status: 202,
      location: '/v1/admin/imports/{id}',
      upload: { types: ['text/csv', 'application/x-ndjson'], limit: LARGEST_FILE, maxSeconds: 3600 },
      headers: { type: 'Content-Type' },
      params: { type: { type: 'string', max: 200 }, removeMissing: { type: 'boolean', optional: true } },
      returns: jobRule,
    },
    read: {
      ...staff,
      summary: 'How far an import is, the first 100 rows that were refused, and variants that were removed',
      idempotent: true,
      rest: 'GET /v1/admin/imports/:id',
      params: { id: anyId },
      returns: fullJob,
      problems: ['not-found'],
    },
    errors: {
      ...staff,
      summary: 'All rows of an import that were refused so far, by line, each with its reason',
      idempotent: true,
      rest: 'GET /v1/admin/imports/:id/errors',
      params: { id: anyId, ...pageParams },
      returns: pageOf(refusedRowRule),
      problems: ['not-found'],
    },
    removed: {
      ...staff,
      summary: 'All variants that an import removed so far, by line and SKU, with the pieces that were left of them',
      idempotent: true,
      rest: 'GET /v1/admin/imports/:id/removed',
      params: { id: anyId, ...pageParams },
      returns: pageOf(removedVariantRule),
      problems: ['not-found'],
    },
    list: {
      ...staff,
      summary: 'All imports, the latest first',
      idempotent: true,
      rest: 'GET /v1/admin/imports',
      params: pageParams,
      returns: pageOf(jobRule),
    },
  },
  {},
);
