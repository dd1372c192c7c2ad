/** Contract rules of what a customer is made of. */

export const email = { type: 'email', mode: 'precise', normalize: true, max: 254 } as const;
export const name = { type: 'string', trim: true, min: 1, max: 100 } as const;
export const newPassword = { type: 'string', min: 10, max: 128 } as const;

export const profile = {
  type: 'object',
  props: { id: 'string', email: 'string', emailVerified: 'boolean', name: 'string', createdAt: 'string' },
} as const;

const text = { type: 'string', trim: true, min: 1, max: 100 } as const;
const optionalText = { type: 'string', trim: true, max: 100, optional: true } as const;

export const addressFields = {
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
