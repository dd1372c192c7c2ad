import { named } from '../../../lib/contract/named.ts';
import { pageOf } from '../../../lib/contract/page.ts';
import { internal, ownData } from '../../../lib/contract/presets.ts';
import { anyId } from '../../shared/ids.ts';
import { knownEmail, knownPassword, name, newPassword, profile } from '../account/customer.rules.ts';
import { email } from '../account/email.rules.ts';

const refreshToken = { type: 'string', min: 1, max: 512 } as const;
const tokens = named('Tokens', {
  type: 'object',
  props: { accessToken: 'string', refreshToken: 'string', expiresIn: 'number' },
});
const session = named('Session', {
  type: 'object',
  props: { id: 'string', device: 'string', createdAt: 'string', lastUsedAt: 'string', current: 'boolean' },
});

/** Logging in and out; part of the `customer` contract. */
export const authActions = {
  register: {
    summary: 'Register and log in; a mail asks to verify the e-mail address',
    visibility: 'published',
    auth: 'public',
    idempotent: false,
    rateClass: 'login',
    rest: 'POST /v1/auth/register',
    // The items of the guest's cart are moved into the customer's.
    cartToken: true,
    status: 201,
    location: '/v1/me',
    params: { email, password: newPassword, name },
    returns: named('Registration', {
      type: 'object',
      props: {
        customer: profile,
        // Left out where only verified customers may log in.
        accessToken: 'string|optional',
        refreshToken: 'string|optional',
        expiresIn: 'number|optional',
      },
    }),
    problems: ['email-taken', 'weak-password'],
  },
  login: {
    summary: 'Log in',
    visibility: 'published',
    auth: 'public',
    idempotent: false,
    rateClass: 'login',
    rest: 'POST /v1/auth/login',
    cartToken: true,
    params: { email: knownEmail, password: knownPassword },
    returns: tokens,
    problems: ['wrong-credentials', 'too-many-attempts', 'email-not-verified', 'unavailable'],
  },
  refresh: {
    summary: 'Exchange a refresh token for new tokens; it is valid once',
    visibility: 'published',
    auth: 'public',
    idempotent: false,
    rest: 'POST /v1/auth/refresh',
    params: { refreshToken },
    returns: tokens,
    problems: ['invalid-token'],
  },
  logout: {
    summary: 'Log out: end the session of the refresh token, or else of the access token',
    visibility: 'published',
    auth: 'public',
    idempotent: true,
    rest: 'POST /v1/auth/logout',
    personal: true,
    status: 204,
    params: { refreshToken: { ...refreshToken, optional: true } },
    problems: ['unauthenticated'],
  },
  sessions: {
    summary: 'List my sessions',
    ...ownData,
    idempotent: true,
    rest: 'GET /v1/me/sessions',
    params: {},
    returns: pageOf(session),
  },
  endSession: {
    summary: 'End one of my sessions',
    ...ownData,
    idempotent: true,
    rest: 'DELETE /v1/me/sessions/:id',
    status: 204,
    params: { id: anyId },
    problems: ['not-found'],
  },
  endAllSessions: {
    summary: 'End all my sessions, this one too',
    ...ownData,
    idempotent: true,
    rest: 'DELETE /v1/me/sessions',
    status: 204,
    params: {},
  },
  revocations: {
    summary: 'List the sessions that ended since a time and whose access tokens have not expired',
    ...internal,
    timeout: 2000,
    params: { since: 'number' },
    returns: {
      type: 'object',
      props: { sessions: { type: 'array', items: 'string' }, until: 'number', more: 'boolean' },
    },
  },
} as const;
