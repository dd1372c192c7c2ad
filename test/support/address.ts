/** An address that the shop takes. */
export const ADDRESS = {
  name: 'Ada Byron',
  line1: '12 Analytical Way',
  city: 'Berlin',
  postcode: '10115',
  country: 'DE',
};
