import { friendlyFormatIBAN } from 'ibantools';
import { addressLines } from '../../shared/address-lines.ts';
import { moneyText } from '../../shared/format.ts';
import { negate } from '../../shared/money.ts';
import { greetingFor, layOut, type MailRow, type Message } from './layout.ts';
import type { MailRequest } from './mail.ts';

type OrderSummary = NonNullable<MailRequest['order']>;

/** Composes a mail about an order. It shows the delivery address, a text of the customer, only to a verified reader. @param link to a guest's order */
export function composeOrderMail(
  request: MailRequest,
  order: OrderSummary,
  name: string | undefined,
  timeZone: string,
  link?: string,
): Message {
  const { subject, news } = wordingOf(request, order, timeZone);
  const { totals } = order;
  return layOut({
    subject,
    paragraphs: [greetingFor(name), ...news, `Order ${order.number} of ${formatDay(order.createdAt, timeZone)}`],
    ...(link === undefined ? {} : { link }),
    items: order.items.map(
      ({ title, variant, quantity, lineTotal }): MailRow => [
        `${quantity} x ${title}, ${variant}`,
        moneyText(lineTotal),
      ],
    ),
    sums: [
      ['Goods', moneyText(totals.subtotal)],
      ...(totals.discount.amount > 0 ? [['Discount', moneyText(negate(totals.discount))] satisfies MailRow] : []),
      ...(order.requiresShipping === false ? [] : [['Shipping', moneyText(totals.shipping)] satisfies MailRow]),
      [totals.taxIncluded ? 'Tax, included' : 'Tax', moneyText(totals.tax)],
      ['Total', moneyText(totals.total)],
    ] satisfies MailRow[],
    ...(name !== undefined && order.shippingAddress ? { address: addressLines(order.shippingAddress) } : {}),
  });
}

interface Wording {
  subject: string;
  news: string[];
}

function wordingOf(request: MailRequest, { number, requiresShipping = true }: OrderSummary, timeZone: string): Wording {
  const { kind, shipment, refund, payUntil } = request;
  switch (kind) {
    case 'order-confirmed':
      return {
        subject: `Your order ${number}`,
        news: payUntil
          ? [
              `Thank you.${requiresShipping ? ' We are packing your order.' : ''}`,
              `Please pay its invoice until ${formatDay(payUntil, timeZone)}.`,
            ]
          : [`Thank you. Your order is paid${requiresShipping ? ', and we are packing it' : ''}.`],
      };
    case 'transfer-instructions':
      return { subject: `How to pay your order ${number}`, news: transferNews(request, timeZone) };
    case 'order-shipped': {
      const by = shipment ? ` with ${shipment.carrier}, tracking number ${shipment.trackingNumber}` : '';
      return { subject: `Your order ${number} is on its way`, news: [`Your order is on its way${by}.`] };
    }
    case 'order-refunded': {
      const amount = refund ? moneyText(refund) : 'your money';
      return { subject: `A refund for your order ${number}`, news: [`We have sent ${amount} back to you.`] };
    }
    case 'refund-failed': {
      const amount = refund ? moneyText(refund) : 'your money';
      return {
        subject: `A refund for your order ${number} did not reach you`,
        news: [
          `We have sent ${amount} back to you, and your bank has returned it, for example because the card or the account was closed.`,
          'You will get your money: we will pay it back in another way, or ask you how.',
        ],
      };
    }
    case 'order-cancelled':
      return {
        subject: `Your order ${number} is cancelled`,
        news: ['Your order was cancelled. What you paid goes back to you.'],
      };
    case 'unpaid-order-cancelled':
      return {
        subject: `Your order ${number} is cancelled`,
        news: ['Your order was cancelled before it was paid.', NOTHING_CHARGED],
      };
    case 'payment-declined':
      return {
        subject: `The payment of your order ${number} was declined`,
        news: [
          'Your payment was declined, and you have not paid anything. We keep your order for a while: you can pay it by another method.',
        ],
      };
    case 'payment-failed':
      return {
        subject: `The payment of your order ${number} has failed`,
        news: ['Your payment did not go through, so we have given up your order.', NOTHING_CHARGED, CART_KEPT],
      };
    case 'order-rejected':
      return {
        subject: `We cannot carry out your order ${number}`,
        news: ['We could not carry out your order as it was, so we have given it up.', NOTHING_CHARGED, CART_KEPT],
      };
    case 'return-approved':
      return {
        subject: `Your return for order ${number} is approved`,
        news: [
          refund && refund.amount > 0
            ? `We have approved your return. ${moneyText(refund)} goes back to you.`
            : 'We have approved your return. No money goes back for it.',
        ],
      };
    case 'return-refused':
      return {
        subject: `Your return for order ${number} is refused`,
        news: ['We could not accept your return, so no money goes back for it. You find the reason with your order.'],
      };
    case 'order-link':
      return {
        subject: `The link to your order ${number}`,
        news: [
          'With this link you follow your order, pay it, cancel it, or send it back.',
          'If you have not asked for it, you need not do anything. Give the link to nobody.',
        ],
      };
    default:
      throw new Error(`${kind} is not a mail about an order`);
  }
}

/** How to pay by bank transfer. */
function transferNews({ transfer }: MailRequest, timeZone: string): string[] {
  if (!transfer) throw new Error('a mail with instructions for a bank transfer has none');
  const { received, missing, iban, bic, holder, reference, payUntil } = transfer;
  return [
    received.amount > 0
      ? `Thank you. ${moneyText(received)} has come, and ${moneyText(missing)} is missing.`
      : `Thank you. Please transfer ${moneyText(missing)}. We pack your order once it has come.`,
    `Account holder: ${holder}`,
    `IBAN: ${friendlyFormatIBAN(iban) ?? iban}`,
    ...(bic === undefined ? [] : [`BIC: ${bic}`]),
    `Reference: ${reference}`,
    `We keep the goods for you until ${formatDay(payUntil, timeZone)}.`,
  ];
}

const NOTHING_CHARGED = 'You have not paid anything. If your bank shows a payment, it goes back to you by itself.';
const CART_KEPT = 'What you wanted is still in your cart: you can order it again.';

/** Day formats by time zone. They are cached, as making one takes much longer than using it. */
const dayFormats = new Map<string, Intl.DateTimeFormat>();

function formatDay(at: string, timeZone: string): string {
  const format = dayFormats.get(timeZone) ?? new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone });
  dayFormats.set(timeZone, format);
  return format.format(new Date(at));
}
