import type { Handlers } from '../../../lib/contract/service.ts';
import { errors } from '../../shared/problems.ts';
import { recordChange } from '../../shared/record-change.ts';
import type { Account } from '../account/account.ts';
import type { CustomerService } from '../account/customer-mixins.ts';
import type { paymentTermsActions } from './payment-terms.contract.ts';

const termsOf = ({ paysByInvoice = false }: Pick<Account, 'paysByInvoice'>) => ({ invoice: paysByInvoice });

/** @throws not-found, also for an account that was erased */
async function getAccount({ store }: CustomerService, id: string): Promise<Account> {
  const account = await store.get(id);
  if (!account || account.erasure) throw errors.notFound('This customer');
  return account;
}

/** The handlers of what customers may pay by. */
export const paymentTermsHandlers: Handlers<typeof paymentTermsActions, CustomerService> = {
  async setPaymentTerms(ctx) {
    const { id, invoice } = ctx.params;
    await getAccount(this, id);
    const before = await this.store.change(id, (account) => {
      if (account.erasure) throw errors.notFound('This customer');
      const { invoice: isAllowed } = termsOf(account);
      return { answer: isAllowed, ...(isAllowed === invoice ? {} : { patch: { paysByInvoice: invoice } }) };
    });
    recordChange(ctx, { id, invoice: before }, { id, invoice });
    return { invoice };
  },

  async readPaymentTerms(ctx) {
    return termsOf(await getAccount(this, ctx.params.id));
  },

  async paymentTerms(ctx) {
    return termsOf((await this.store.get(ctx.params.customerId)) ?? {});
  },
};
