import { StartError } from '../../../lib/process/start-error.ts';
import { EU_COUNTRIES, normaliseVatId, vatCountryOf } from '../../shared/vat-id.ts';

/** The facts that decide who owes the VAT. */
interface Sale {
  /** Of the shop. Absent: there is no reverse charge. */
  sellerVatId: string | undefined;
  /** The country that the goods are sent to. */
  country: string;
  /** Of the buyer, checked by `normaliseVatId`. */
  buyerVatId: string | undefined;
}

/**
 * Whether the buyer owes the VAT instead of the shop: an intra-Community supply (Art. 138 of Directive 2006/112/EC). The
 * goods go from the shop's member state to another one, to a buyer with a VAT id that is not from the shop's.
 */
export function isReverseCharged({ sellerVatId, country, buyerVatId }: Sale): boolean {
  if (sellerVatId === undefined || buyerVatId === undefined) return false;
  const [from, buyer] = [vatCountryOf(sellerVatId), vatCountryOf(buyerVatId)];
  return [from, buyer, country].every((one) => EU_COUNTRIES.has(one)) && country !== from && buyer !== from;
}

/** The shop's VAT id, checked, in its usual form. @throws {StartError} for a wrong check digit */
export function checkSellerVatId(sellerVatId: string | undefined): string | undefined {
  if (sellerVatId === undefined) return undefined;
  const check = normaliseVatId(sellerVatId, vatCountryOf(sellerVatId));
  if ('refusal' in check) throw new StartError(`SELLER_VAT_ID ${sellerVatId} is wrong: ${check.refusal}`);
  return check.vatId;
}
