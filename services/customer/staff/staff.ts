import { randomBytes } from 'node:crypto';
import { isStaffRole, type Role, STAFF_ROLES, type StaffRole } from '../../../lib/auth/access.ts';
import type { Ctx } from '../../../lib/contract/contract.ts';
import { type Handlers, staffOf } from '../../../lib/contract/service.ts';
import { MissingDocument } from '../../../mixins/store/changes.ts';
import { newId } from '../../shared/ids.ts';
import { errors } from '../../shared/problems.ts';
import { recordChange } from '../../shared/record-change.ts';
import type { Account } from '../account/account.ts';
import { type CustomerService, hashed, mailLink, revoke } from '../account/customer-service.ts';
import { normalEmail } from '../account/email.rules.ts';
import { endSessions } from '../auth/session.ts';
import type { staffActions } from './staff.contract.ts';

type StaffAccount = Pick<Account, '_id' | 'email' | 'name'> & { role: StaffRole };

const staffView = ({ _id: id, email, name, role }: StaffAccount) => ({ id, email, name, role });
const isStaff = <A extends Pick<Account, 'role'>>(account: A): account is A & { role: StaffRole } =>
  isStaffRole(account.role);

/** Gives an account another role. It is in the access tokens, so they end. @throws what `check` throws */
async function setRole<R extends Role>(
  service: CustomerService,
  ctx: Ctx<unknown>,
  id: string,
  role: R,
  check: (account: Account) => void,
) {
  if (id === staffOf(ctx)) throw errors.malformed('Somebody else has to change your role.');
  const decided = service.store.change(id, (account, now) => {
    check(account);
    const { ended, patch } = endSessions(account, 'all', now);
    const answer = { ended, before: account.role ?? 'customer', account: { ...account, role } };
    return account.role === role ? { answer: { ...answer, ended: [] } } : { answer, patch: { ...patch, role } };
  });
  const { ended, before, account } = await decided.catch((error: unknown) => {
    throw error instanceof MissingDocument ? errors.notFound('This member of staff') : error;
  });
  revoke(service, ctx, ended);
  recordChange(ctx, { id, role: before }, { id, role });
  return account;
}

function mustBeStaff(account: Account): void {
  if (!isStaff(account)) throw errors.notFound('This member of staff');
}

/** Whoever registered somebody else's address would become staff by it. */
function mustBeVerified({ verifiedAt }: Account): void {
  if (!verifiedAt) throw errors.emailTaken();
}

/** The handlers of who works here. */
export const staffHandlers: Handlers<typeof staffActions, CustomerService> = {
  async listStaff(ctx) {
    const { limit, cursor } = ctx.params;
    const { items, nextCursor } = await this.store.page({ role: { $in: STAFF_ROLES } }, { limit, cursor });
    return { items: items.filter(isStaff).map(staffView), nextCursor };
  },

  async addStaff(ctx) {
    const { name, role } = ctx.params;
    const email = normalEmail(ctx.params.email);
    const account = {
      ...{ _id: newId('cus'), email, name, role, addresses: [], sessions: [], createdAt: new Date() },
      // Nobody knows it: the link in the mail sets one.
      passwordHash: await hashed(this, randomBytes(32).toString('base64url')),
    };
    if (await this.store.insert(account)) {
      this.worker.background(mailLink(this, this.broker, 'reset-password', account));
      recordChange(ctx, null, { id: account._id, role });
      return staffView(account);
    }
    const known = await this.store.findOne({ email });
    if (!known) throw errors.unavailable('The account was removed meanwhile.');
    return staffView(await setRole(this, ctx, known._id, role, mustBeVerified));
  },

  async changeStaff(ctx) {
    const { id, role } = ctx.params;
    return staffView(await setRole(this, ctx, id, role, mustBeStaff));
  },

  async removeStaff(ctx) {
    await setRole(this, ctx, ctx.params.id, 'customer', mustBeStaff);
  },
};
