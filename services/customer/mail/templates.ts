import { addressLines, escapeHtml, moneyText } from '../../../lib/format.ts';
import type { MailRequest } from './mail.ts';

export interface Message {
  subject: string;
  text: string;
  html: string;
}

/** What a mail says, once in text and once in HTML. Whatever a customer wrote is escaped. */
export function messageOf(request: MailRequest, name: string): Message {
  const { subject, opening } = wording(request);
  const { order } = request;
  const items = order.items.map(
    ({ title, variant, quantity, lineTotal }) => [`${quantity} x ${title}, ${variant}`, moneyText(lineTotal)] as const,
  );
  const { totals } = order;
  const sums: (readonly [string, string])[] = [
    ['Goods', moneyText(totals.subtotal)],
    ...(totals.discount.amount > 0
      ? [['Discount', moneyText({ ...totals.discount, amount: -totals.discount.amount })] as const]
      : []),
    ['Shipping', moneyText(totals.shipping)],
    [totals.taxIncluded ? 'Tax, included' : 'Tax', moneyText(totals.tax)],
    ['Total', moneyText(totals.total)],
  ];
  const address = addressLines(order.shippingAddress);
  const width = Math.max(...[...items, ...sums].map(([label]) => label.length)) + 2;
  const row = ([label, value]: readonly [string, string]) => `${label.padEnd(width)}${value.padStart(12)}`;
  const text = [
    `Hello ${name},`,
    opening,
    items.map(row).join('\n'),
    sums.map(row).join('\n'),
    `Delivered to\n${address.join('\n')}`,
  ].join('\n\n');
  const e = escapeHtml;
  const cells = ([label, value]: readonly [string, string]) =>
    `<tr><td style="padding:4px 16px 4px 0">${e(label)}</td><td style="padding:4px 0;text-align:right">${e(value)}</td></tr>`;
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${e(subject)}</title></head>
<body style="font:15px/1.5 sans-serif;color:#1d1d1f;max-width:36rem">
<p>Hello ${e(name)},</p><p>${e(opening)}</p>
<table style="border-collapse:collapse">${items.map(cells).join('\n')}
<tr><td colspan="2"><hr></td></tr>${sums.map(cells).join('\n')}</table>
<p>Delivered to<br>${address.map(e).join('<br>')}</p></body></html>`;
  return { subject, text: `${text}\n`, html };
}

function wording({ kind, order, shipment, refund }: MailRequest): { subject: string; opening: string } {
  const { number } = order;
  switch (kind) {
    case 'order-confirmed':
      return { subject: `Your order ${number}`, opening: 'Thank you. Your order is paid, and we are packing it.' };
    case 'order-shipped': {
      const by = shipment ? ` with ${shipment.carrier}, tracking number ${shipment.trackingNumber}` : '';
      return { subject: `Your order ${number} is on its way`, opening: `Your order was sent today${by}.` };
    }
    case 'order-refunded': {
      const amount = refund ? moneyText(refund) : 'your money';
      return { subject: `A refund for your order ${number}`, opening: `We have sent ${amount} back to you.` };
    }
    case 'order-cancelled':
      return {
        subject: `Your order ${number} is cancelled`,
        opening: 'Your order was cancelled. What you paid goes back to you.',
      };
    default:
      throw new Error(`unknown kind of mail ${kind satisfies never}`);
  }
}
