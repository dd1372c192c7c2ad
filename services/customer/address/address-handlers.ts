import { customerOf, type Handlers } from '../../../lib/contract/service.ts';
import { newId } from '../../shared/ids.ts';
import { changeOwnAccount, findOwnAddresses } from '../account/account-store.ts';
import type { CustomerService } from '../account/customer-mixins.ts';
import type { addressActions } from './address.contract.ts';
import * as address from './address.ts';

/** The handlers of a customer's addresses. */
export const addressHandlers: Handlers<typeof addressActions, CustomerService> = {
  async addresses(ctx) {
    const addresses = await findOwnAddresses(customerOf(ctx), this.store);
    return {
      items: address.defaultFirst(addresses).map((one) => address.addressView(one, addresses)),
      nextCursor: null,
    };
  },

  async addAddress(ctx) {
    const id = newId('adr');
    return changeOwnAccount(customerOf(ctx), this.store, (account) => {
      const addresses = address.addAddress(account.addresses, id, ctx.params);
      return { answer: address.addressViewOf(addresses, id), patch: { addresses } };
    });
  },

  async address(ctx) {
    const addresses = await findOwnAddresses(customerOf(ctx), this.store);
    return address.addressViewOf(addresses, ctx.params.id);
  },

  async replaceAddress(ctx) {
    const { id, ...input } = ctx.params;
    return changeOwnAccount(customerOf(ctx), this.store, (account) => {
      const addresses = address.replaceAddress(account.addresses, id, input);
      return { answer: address.addressViewOf(addresses, id), patch: { addresses } };
    });
  },

  async removeAddress(ctx) {
    return changeOwnAccount(customerOf(ctx), this.store, (account) => ({
      answer: undefined,
      patch: { addresses: address.removeAddress(account.addresses, ctx.params.id) },
    }));
  },
};
