import { type ActionsOf, contract } from '../../lib/contract.ts';
import { anyId, idRule } from '../../lib/ids.ts';
import { readyAction } from '../ready.ts';

const email = { type: 'email', mode: 'precise', normalize: true, max: 254 } as const;
const name = { type: 'string', trim: true, min: 1, max: 100 } as const;
const newPassword = { type: 'string', min: 10, max: 128 } as const;
const refreshToken = { type: 'string', min: 1, max: 512 } as const;
const text = { type: 'string', trim: true, min: 1, max: 100 } as const;
const optionalText = { type: 'string', trim: true, max: 100, optional: true } as const;

const addressFields = {
  name: text,
  line1: text,
  line2: optionalText,
  city: text,
  region: optionalText,
  postcode: { type: 'string', trim: true, min: 1, max: 16 },
  country: {
    type: 'string',
    pattern: /^[A-Z]{2}$/,
    messages: { stringPattern: 'country must be an ISO 3166-1 alpha-2 code such as DE.' },
  },
} as const;

/** An address as it is sent with an order, too. */
export const postalAddress = { type: 'object', props: addressFields } as const;

const addressInput = { ...addressFields, isDefault: { type: 'boolean', optional: true } } as const;
const address = {
  type: 'object',
  props: { id: 'string', ...addressFields, isDefault: 'boolean' },
} as const;
const profile = {
  type: 'object',
  props: { id: 'string', email: 'string', name: 'string', createdAt: 'string' },
} as const;
const tokens = { accessToken: 'string', refreshToken: 'string', expiresIn: 'number' } as const;
const ownId = { id: anyId } as const;

export const customer = contract(
  'customer',
  {
    ready: readyAction,
    register: {
      summary: 'Open an account and log in',
      visibility: 'published',
      auth: 'public',
      idempotent: false,
      rest: 'POST /v1/auth/register',
      status: 201,
      location: '/v1/me',
      params: { email, password: newPassword, name },
      returns: { type: 'object', props: { customer: profile, ...tokens } },
      problems: ['email-taken'],
    },
    login: {
      summary: 'Log in',
      visibility: 'published',
      auth: 'public',
      idempotent: false,
      rest: 'POST /v1/auth/login',
      params: { email: { type: 'string', max: 254 }, password: { type: 'string', max: 1024 } },
      returns: { type: 'object', props: tokens },
      problems: ['wrong-credentials'],
    },
    refresh: {
      summary: 'Exchange a refresh token for new tokens; the old one is used up',
      visibility: 'published',
      auth: 'public',
      idempotent: false,
      rest: 'POST /v1/auth/refresh',
      params: { refreshToken },
      returns: { type: 'object', props: tokens },
      problems: ['invalid-token'],
    },
    logout: {
      summary: 'End the session of the refresh token, or else of the access token',
      visibility: 'published',
      auth: 'public',
      idempotent: true,
      rest: 'POST /v1/auth/logout',
      status: 204,
      params: { refreshToken: { ...refreshToken, optional: true } },
      problems: ['unauthenticated'],
    },
    appoint: {
      summary: 'Make somebody staff or admin, with a new account or the one they have; the password is for a new one',
      visibility: 'public',
      auth: 'internal',
      idempotent: true,
      params: {
        email,
        role: { type: 'enum', values: ['staff', 'admin'] },
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
      returns: { type: 'object', props: { email: 'string', name: 'string' } },
      problems: ['not-found'],
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
    addresses: {
      summary: 'My addresses, the default one first',
      visibility: 'published',
      auth: 'customer',
      idempotent: true,
      rest: 'GET /v1/me/addresses',
      params: {},
      returns: {
        type: 'object',
        props: { items: { type: 'array', items: address }, nextCursor: { type: 'string', nullable: true } },
      },
    },
    addAddress: {
      summary: 'Add an address; the first one becomes the default',
      visibility: 'published',
      auth: 'customer',
      idempotent: false,
      rest: 'POST /v1/me/addresses',
      status: 201,
      location: '/v1/me/addresses/{id}',
      params: addressInput,
      returns: address,
      problems: ['limit-reached'],
    },
    address: {
      summary: 'One of my addresses',
      visibility: 'published',
      auth: 'customer',
      idempotent: true,
      rest: 'GET /v1/me/addresses/:id',
      params: ownId,
      returns: address,
    },
    replaceAddress: {
      summary: 'Replace one of my addresses',
      visibility: 'published',
      auth: 'customer',
      idempotent: false,
      rest: 'PUT /v1/me/addresses/:id',
      params: { ...ownId, ...addressInput },
      returns: address,
    },
    removeAddress: {
      summary: 'Remove one of my addresses',
      visibility: 'published',
      auth: 'customer',
      idempotent: false,
      rest: 'DELETE /v1/me/addresses/:id',
      status: 204,
      params: ownId,
    },
  },
  {},
);

declare module '../../lib/contract.ts' {
  interface Actions extends ActionsOf<typeof customer> {}
}
