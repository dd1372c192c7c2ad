import { named } from '../../../lib/contract/named.ts';
import { pageOf } from '../../../lib/contract/page.ts';
import { ownData } from '../../../lib/contract/presets.ts';
import { anyId } from '../../shared/ids.ts';
import { addressFields, addressInputFields, warnings } from '../account/customer.rules.ts';

const addressInput = {
  ...addressInputFields,
  /** Makes it the default for shipping. */
  isDefault: { type: 'boolean', optional: true },
  /** Makes it the default for invoices; without one it is the default for shipping. */
  isDefaultBilling: { type: 'boolean', optional: true },
} as const;
const address = named('Address', {
  type: 'object',
  props: { id: 'string', ...addressFields, isDefault: 'boolean', isDefaultBilling: 'boolean', warnings },
});
const ownId = { id: anyId } as const;

/** A customer's addresses; part of the `customer` contract. */
export const addressActions = {
  addresses: {
    summary: 'List my addresses, the default one first',
    ...ownData,
    idempotent: true,
    rest: 'GET /v1/me/addresses',
    params: {},
    returns: pageOf(address),
  },
  addAddress: {
    summary: 'Add an address; the first one becomes the default',
    ...ownData,
    idempotent: false,
    rest: 'POST /v1/me/addresses',
    status: 201,
    location: '/v1/me/addresses/{id}',
    params: addressInput,
    returns: address,
    problems: ['limit-reached'],
  },
  address: {
    summary: 'Get one of my addresses',
    ...ownData,
    idempotent: true,
    rest: 'GET /v1/me/addresses/:id',
    params: ownId,
    returns: address,
  },
  replaceAddress: {
    summary: 'Replace one of my addresses',
    ...ownData,
    idempotent: false,
    rest: 'PUT /v1/me/addresses/:id',
    params: { ...ownId, ...addressInput },
    returns: address,
  },
  removeAddress: {
    summary: 'Remove one of my addresses',
    ...ownData,
    idempotent: false,
    rest: 'DELETE /v1/me/addresses/:id',
    status: 204,
    params: ownId,
  },
} as const;
