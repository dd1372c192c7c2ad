import { STAFF_ROLES } from '../../../lib/auth/access.ts';
import { named } from '../../../lib/contract/named.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { staff } from '../../../lib/contract/presets.ts';
import { anyId } from '../../shared/ids.ts';
import { name } from '../account/customer.rules.ts';
import { email } from '../account/email.rules.ts';

const role = named('StaffRole', { type: 'enum', values: STAFF_ROLES });
const view = named('StaffMember', { type: 'object', props: { id: 'string', email: 'string', name: 'string', role } });
const admin = { ...staff('staff:write'), idempotent: true } as const;

/** Members of staff; part of the `customer` contract. */
export const staffActions = {
  listStaff: {
    ...admin,
    scope: 'staff:read',
    summary: 'List the members of staff',
    rest: 'GET /v1/admin/staff',
    params: pageParams,
    returns: pageOf(view),
  },
  addStaff: {
    ...admin,
    summary: 'Add a member of staff; a new one gets a mail to set a password',
    rest: 'POST /v1/admin/staff',
    status: 201,
    location: '/v1/admin/staff',
    params: { email, name, role },
    returns: view,
    problems: ['email-taken'],
  },
  changeStaff: {
    ...admin,
    summary: 'Change the role of another member of staff, who has to log in again',
    rest: 'PUT /v1/admin/staff/:id',
    params: { id: anyId, role },
    returns: view,
    problems: ['not-found', 'invalid-request'],
  },
  removeStaff: {
    ...admin,
    summary: 'Remove another member of staff, who stays a customer',
    rest: 'DELETE /v1/admin/staff/:id',
    status: 204,
    params: { id: anyId },
    problems: ['not-found', 'invalid-request'],
  },
} as const;
