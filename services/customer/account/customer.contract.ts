import { STAFF_ROLES } from '../../../lib/auth/access.ts';
import { contract } from '../../../lib/contract/contract.ts';
import { readyAction } from '../../ready.ts';
import { idRule } from '../../shared/ids.ts';
import { addressActions } from '../address/addresses.contract.ts';
import { authActions } from '../auth/auth.contract.ts';
import { credentialActions } from '../auth/credentials.contract.ts';
import { privacyActions } from '../privacy/privacy.contract.ts';
import { staffActions } from '../staff/staff.contract.ts';
import { wishlistActions } from '../wishlist/wishlist.contract.ts';
import { email, name, newPassword, profile } from './customer.rules.ts';

export const customer = contract(
  'customer',
  {
    ready: readyAction,
    ...authActions,
    ...credentialActions,
    ...addressActions,
    ...wishlistActions,
    ...privacyActions,
    ...staffActions,
    appoint: {
      summary: 'Make somebody staff or admin, with a new account or the one they have; the password is for a new one',
      visibility: 'public',
      auth: 'internal',
      idempotent: true,
      params: {
        email,
        role: { type: 'enum', values: STAFF_ROLES },
        password: newPassword,
        name: { ...name, optional: true },
      },
      returns: { type: 'object', props: { id: 'string', created: 'boolean' } },
    },
    contact: {
      summary: 'Where a customer is written to',
      visibility: 'public',
      auth: 'internal',
      idempotent: true,
      params: { customerId: idRule('cus') },
      returns: { type: 'object', props: { email: 'string', emailVerified: 'boolean', name: 'string' } },
      problems: ['not-found'],
    },
    byEmail: {
      summary: 'Which customer has an e-mail address now',
      visibility: 'public',
      auth: 'internal',
      idempotent: true,
      params: { email },
      returns: { type: 'object', props: { id: { type: 'string', nullable: true } } },
    },
    profile: {
      summary: 'Who I am',
      visibility: 'published',
      auth: 'customer',
      idempotent: true,
      rest: 'GET /v1/me',
      params: {},
      returns: profile,
    },
    rename: {
      summary: 'Change my profile',
      visibility: 'published',
      auth: 'customer',
      idempotent: false,
      rest: 'PATCH /v1/me',
      params: { name: { ...name, optional: true } },
      returns: profile,
    },
  },
  {
    revoked: {
      summary: 'Sessions have ended: a hint to refuse their access tokens',
      params: { sessions: { type: 'array', items: 'string' } },
    },
  },
);
