import { ROLES } from '../../../lib/auth/access.ts';
import { contract } from '../../../lib/contract/contract.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { anyId, idRule } from '../../shared/ids.ts';

const internal = { visibility: 'public', auth: 'internal', idempotent: true, timeout: 3000 } as const;
const document = { type: 'record', key: 'string', value: { type: 'any', nullable: true } } as const;
const begun = {
  id: idRule('aud'),
  staffId: 'string',
  role: { type: 'enum', values: ROLES },
  action: 'string',
  params: document,
  requestId: 'string',
  address: 'string',
} as const;
const came = {
  outcome: 'string',
  before: { ...document, nullable: true },
  after: { ...document, nullable: true },
} as const;

export const auditLog = contract(
  'audit-log',
  {
    begin: { ...internal, summary: 'Write down what a member of staff is about to do', params: begun },
    end: { ...internal, summary: 'Write down what came of it, once', params: { id: begun.id, ...came } },
    list: {
      summary: 'What staff has done, the latest first',
      visibility: 'published',
      auth: 'staff',
      scope: 'audit-log:read',
      idempotent: true,
      rest: 'GET /v1/admin/audit-log',
      params: {
        staffId: { ...anyId, optional: true },
        action: { type: 'string', max: 100, optional: true },
        ...pageParams,
      },
      returns: pageOf({ type: 'object', props: { ...begun, ...came, at: 'string' } }),
    },
  },
  {},
);
