import { ROLES } from '../../../lib/auth/access.ts';
import { contract } from '../../../lib/contract/contract.ts';
import { named } from '../../../lib/contract/named.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { internal, staff } from '../../../lib/contract/presets.ts';
import { anyId, idRule } from '../../shared/ids.ts';

const logged = { ...internal, timeout: 3000 } as const;
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
    begin: { ...logged, summary: 'Log an action of staff before it is done', params: begun },
    end: { ...logged, summary: 'Log the outcome of the action, once', params: { id: begun.id, ...came } },
    list: {
      summary: 'List the actions of staff, newest first',
      ...staff('audit-log:read'),
      idempotent: true,
      rest: 'GET /v1/admin/audit-log',
      params: {
        staffId: { ...anyId, optional: true },
        action: { type: 'string', max: 100, optional: true },
        ...pageParams,
      },
      returns: pageOf(named('AuditLogEntry', { type: 'object', props: { ...begun, ...came, at: 'string' } })),
    },
  },
  {},
);
