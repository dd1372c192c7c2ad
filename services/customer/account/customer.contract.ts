import { STAFF_ROLES } from '../../../lib/auth/access.ts';
import { contract } from '../../../lib/contract/contract.ts';
import { internal, ownData } from '../../../lib/contract/presets.ts';
import { readyAction } from '../../ready.ts';
import { idRule } from '../../shared/ids.ts';
import { addressActions } from '../address/address.contract.ts';
import { authActions } from '../auth/auth.contract.ts';
import { credentialActions } from '../auth/credential.contract.ts';
import { privacyActions } from '../privacy/privacy.contract.ts';
import { paymentTermsActions } from '../staff/payment-terms.contract.ts';
import { staffActions } from '../staff/staff.contract.ts';
import { wishlistActions } from '../wishlist/wishlist.contract.ts';
import { name, newPassword, profile } from './customer.rules.ts';
import { email } from './email.rules.ts';

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
    ...paymentTermsActions,
    appoint: {
      summary: 'Give a person a staff role, with a new account or the existing one; the password is for a new one',
      ...internal,
      params: {
        email,
        role: { type: 'enum', values: STAFF_ROLES },
        password: newPassword,
        name: { ...name, optional: true },
      },
      returns: { type: 'object', props: { id: 'string', created: 'boolean' } },
    },
    contact: {
      summary: 'Get the name and e-mail address of a customer',
      ...internal,
      params: { customerId: idRule('cus') },
      returns: { type: 'object', props: { email: 'string', emailVerified: 'boolean', name: 'string' } },
      problems: ['not-found'],
    },
    byEmail: {
      summary: 'Find the customer who has an e-mail address now',
      ...internal,
      params: { email },
      returns: { type: 'object', props: { id: { type: 'string', nullable: true } } },
    },
    byVerifiedEmail: {
      summary: 'Find the customer who has verified an e-mail address',
      ...internal,
      params: { email: 'string' },
      returns: { type: 'object', props: { id: { type: 'string', nullable: true } } },
    },
    profile: {
      summary: 'Get my profile',
      ...ownData,
      idempotent: true,
      rest: 'GET /v1/me',
      params: {},
      returns: profile,
    },
    rename: {
      summary: 'Update my profile',
      ...ownData,
      idempotent: false,
      rest: 'PATCH /v1/me',
      params: { name: { ...name, optional: true } },
      returns: profile,
    },
  },
  {
    revoked: {
      summary: 'Sessions have ended, and their access tokens are to be refused; may be lost',
      params: { sessions: { type: 'array', items: 'string' } },
    },
  },
);
