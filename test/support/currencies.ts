const by = (price: number) => [{ id: 'post', title: 'Post', by: 'total', bands: [{ upTo: null, price }] }];
/** What shipping costs, by currency. */
export const SHIPPING = { EUR: 490, USD: 790, JPY: 600 };
/** A rules file of a shop that sells in EUR, USD and JPY, and taxes by class. */
export const RULES = {
  taxIncluded: true,
  tax: [
    { country: 'DE', taxClass: 'standard', rate: 1900 },
    { country: 'DE', taxClass: 'reduced', rate: 700 },
  ],
  shipping: by(SHIPPING.EUR),
  currencies: { USD: { shipping: by(SHIPPING.USD) }, JPY: { shipping: by(SHIPPING.JPY) } },
};
/** Money as people write it. */
export const TEXT = {
  EUR: (amount: number) => `€${(amount / 100).toLocaleString('en', { minimumFractionDigits: 2 })}`,
  USD: (amount: number) => `$${(amount / 100).toLocaleString('en', { minimumFractionDigits: 2 })}`,
  JPY: (amount: number) => `¥${amount.toLocaleString('en')}`,
};
