import { ROLES } from '../../../lib/auth/access.ts';
import { contract } from '../../../lib/contract/contract.ts';
import { named } from '../../../lib/contract/named.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { internal, staff } from '../../../lib/contract/presets.ts';
import { anyId, idRule } from '../../shared/ids.ts';

const logAction = { ...internal, timeout: 3000 } as const;
const jsonObject = { type: 'record', key: 'string', value: { type: 'any', nullable: true } } as const;
const startFields = {
  id: idRule('aud'),
  staffId: 'string',
  role: { type: 'enum', values: ROLES },
  action: 'string',
  params: jsonObject,
  requestId: 'string',
  address: 'string',
} as const;
const outcomeFields = {
  outcome: 'string',
  before: { ...jsonObject, nullable: true },
  after: { ...jsonObject, nullable: true },
} as const;

export const auditLog = contract(
  'audit-log',
  {
    begin: { ...logAction, summary: 'Log an action of staff before it is done', params: startFields },
    end: {
      ...logAction,
      summary: 'Log the outcome of the action, once',
      params: { id: startFields.id, ...outcomeFields },
    },
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
      returns: pageOf(
        named('AuditLogEntry', { type: 'object', props: { ...startFields, ...outcomeFields, at: 'string' } }),
      ),
    },
  },
  {},
);
