import { randomBytes } from 'node:crypto';
import { isStaffRole, type Role, STAFF_ROLES, type StaffRole } from '../../../lib/auth/access.ts';
import type { Ctx } from '../../../lib/contract/contract.ts';
import { type Handlers, staffOf } from '../../../lib/contract/service.ts';
import { MissingDocument } from '../../../mixins/store/changes.ts';
import { newId } from '../../shared/ids.ts';
import { errors } from '../../shared/problems.ts';
import { recordChange } from '../../shared/record-change.ts';
import { type Account, changeRole, newAccount } from '../account/account.ts';
import { insertUnlessKnown } from '../account/account-store.ts';
import type { CustomerService } from '../account/customer-mixins.ts';
import { normaliseEmail } from '../account/email.rules.ts';
import { mailLink } from '../auth/mail-link.ts';
import { hashInQueue } from '../auth/password-check.ts';
import { announceEndedSessions } from '../auth/session-tokens.ts';
import type { staffActions } from './staff.contract.ts';

type StaffAccount = Pick<Account, '_id' | 'email' | 'name'> & { role: StaffRole };

const staffView = ({ _id: id, email, name, role }: StaffAccount) => ({ id, email, name, role });
const isStaff = <A extends Pick<Account, 'role'>>(account: A): account is A & { role: StaffRole } =>
  isStaffRole(account.role);

/** Changes the role of another account, which ends its sessions. @throws what `check` throws */
async function setRole<R extends Role>(
  service: CustomerService,
  ctx: Ctx<unknown>,
  id: string,
  role: R,
  check: (account: Account) => void,
) {
  if (id === staffOf(ctx)) throw errors.malformed('Only another member of staff can change your role.');
  const decided = service.store.change(id, (account, now) => {
    check(account);
    const { answer: ended, ...change } = changeRole(account, role, now);
    return { answer: { ended, before: account.role ?? 'customer', account: { ...account, role } }, ...change };
  });
  const { ended, before, account } = await decided.catch((error: unknown) => {
    throw error instanceof MissingDocument ? errors.notFound('This member of staff') : error;
  });
  announceEndedSessions(service, ctx, ended);
  recordChange(ctx, { id, role: before }, { id, role });
  return account;
}

function requireStaff(account: Account): void {
  if (!isStaff(account)) throw errors.notFound('This member of staff');
}

/** An unverified account may belong to a stranger who registered the address of the new member of staff. */
function requireVerified({ verifiedAt }: Account): void {
  if (!verifiedAt) throw errors.emailTaken();
}

/** The handlers of members of staff. */
export const staffHandlers: Handlers<typeof staffActions, CustomerService> = {
  async listStaff(ctx) {
    const { limit, cursor } = ctx.params;
    const { items, nextCursor } = await this.store.page({ role: { $in: STAFF_ROLES } }, { limit, cursor });
    return { items: items.filter(isStaff).map(staffView), nextCursor };
  },

  async addStaff(ctx) {
    const { name, role } = ctx.params;
    const email = normaliseEmail(ctx.params.email);
    // A random password, stored nowhere: the link in the mail sets one.
    const passwordHash = await hashInQueue(this, randomBytes(32).toString('base64url'));
    const account = newAccount({ _id: newId('cus'), email, name, role, passwordHash }, new Date());
    const known = await insertUnlessKnown(this.store, account);
    if (known) return staffView(await setRole(this, ctx, known._id, role, requireVerified));
    this.worker.background(mailLink(this, this.broker, 'reset-password', account));
    recordChange(ctx, null, { id: account._id, role });
    return staffView({ ...account, role });
  },

  async changeStaff(ctx) {
    const { id, role } = ctx.params;
    return staffView(await setRole(this, ctx, id, role, requireStaff));
  },

  async removeStaff(ctx) {
    await setRole(this, ctx, ctx.params.id, 'customer', requireStaff);
  },
};
