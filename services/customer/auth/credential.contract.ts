import { named } from '../../../lib/contract/named.ts';
import { pageOf } from '../../../lib/contract/page.ts';
import { ownData } from '../../../lib/contract/presets.ts';
import { CONSENT_PURPOSES } from '../account/consent.ts';
import { knownEmail, knownPassword, newPassword } from '../account/customer.rules.ts';
import { email } from '../account/email.rules.ts';

const linkToken = { type: 'string', min: 1, max: 1024 } as const;
/** The response is the same for registered and other addresses: only the mail tells the outcome. */
const quiet = { visibility: 'published', auth: 'public', idempotent: true, rateClass: 'login', status: 204 } as const;
const purpose = named('ConsentPurpose', { type: 'enum', values: CONSENT_PURPOSES });
const consent = named('Consent', {
  type: 'object',
  props: {
    purpose,
    granted: 'boolean',
    /** When it was granted, or withdrawn. */
    at: { type: 'string', nullable: true },
  },
});
const consents = pageOf(consent);

/** E-mail address, password and consents; part of the `customer` contract. */
export const credentialActions = {
  resendVerification: {
    ...quiet,
    summary: 'Mail the verification link again',
    rest: 'POST /v1/auth/email/resend',
    params: { email: knownEmail },
  },
  verifyEmail: {
    ...quiet,
    idempotent: false,
    summary: 'Verify an e-mail address by the link of a mail',
    rest: 'POST /v1/auth/email/verify',
    params: { token: linkToken },
    problems: ['link-expired', 'email-taken'],
  },
  changeEmail: {
    ...ownData,
    summary: 'Change my e-mail address, once the link in the mail to the new one is followed',
    idempotent: false,
    rateClass: 'login',
    rest: 'POST /v1/me/email',
    status: 204,
    params: { email, password: knownPassword },
    problems: ['wrong-credentials', 'too-many-attempts'],
  },
  changePassword: {
    ...ownData,
    summary: 'Change my password; all other sessions end',
    idempotent: false,
    rateClass: 'login',
    rest: 'PUT /v1/me/password',
    status: 204,
    params: { currentPassword: knownPassword, password: newPassword },
    problems: ['wrong-credentials', 'too-many-attempts', 'weak-password'],
  },
  forgotPassword: {
    ...quiet,
    summary: 'Mail a link that sets a new password, if there is such an account',
    rest: 'POST /v1/auth/password/forgot',
    params: { email: knownEmail },
  },
  resetPassword: {
    ...quiet,
    idempotent: false,
    summary: 'Set a new password by the link of a mail; all sessions end',
    rest: 'POST /v1/auth/password/reset',
    params: { token: linkToken, password: newPassword },
    problems: ['link-expired', 'weak-password'],
  },
  consents: {
    ...ownData,
    summary: 'List my consents',
    idempotent: true,
    rest: 'GET /v1/me/consents',
    params: {},
    returns: consents,
  },
  setConsent: {
    ...ownData,
    summary: 'Give or withdraw a consent',
    idempotent: true,
    rest: 'PUT /v1/me/consents/:purpose',
    params: { purpose, granted: 'boolean' },
    returns: consents,
  },
} as const;
