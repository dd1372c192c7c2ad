import { customerOf, type Handlers } from '../../../lib/contract/service.ts';
import { newId } from '../../shared/ids.ts';
import { accountOf, type CustomerService, changeOwn } from '../account/customer-service.ts';
import * as address from './address.ts';
import type { addressActions } from './addresses.contract.ts';

/** The handlers of a customer's addresses. */
export const addressHandlers: Handlers<typeof addressActions, CustomerService> = {
  async addresses(ctx) {
    const { addresses } = await accountOf(customerOf(ctx), this.store);
    return { items: address.defaultFirst(addresses).map(address.addressView), nextCursor: null };
  },

  async addAddress(ctx) {
    const id = newId('adr');
    return changeOwn(customerOf(ctx), this.store, (account) => {
      const addresses = address.add(account.addresses, id, ctx.params);
      return { answer: address.addressView(address.find(addresses, id)), patch: { addresses } };
    });
  },

  async address(ctx) {
    const { addresses } = await accountOf(customerOf(ctx), this.store);
    return address.addressView(address.find(addresses, ctx.params.id));
  },

  async replaceAddress(ctx) {
    const { id, ...input } = ctx.params;
    return changeOwn(customerOf(ctx), this.store, (account) => {
      const addresses = address.replace(account.addresses, id, input);
      return { answer: address.addressView(address.find(addresses, id)), patch: { addresses } };
    });
  },

  async removeAddress(ctx) {
    return changeOwn(customerOf(ctx), this.store, (account) => ({
      answer: undefined,
      patch: { addresses: address.remove(account.addresses, ctx.params.id) },
    }));
  },
};
