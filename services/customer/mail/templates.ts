import { addressLines, escapeHtml as e, moneyText } from '../../../lib/format.ts';
import type { MailRequest } from './mail.ts';

export interface Message {
  subject: string;
  text: string;
  html: string;
}

/** Something, and what it comes to. */
type Row = readonly [label: string, value: string];

interface Content {
  subject: string;
  paragraphs: string[];
  items: Row[];
  sums: Row[];
  address: string[];
}

/** What a mail says, once in text and once in HTML. Whatever a customer wrote is escaped. */
export function messageOf(request: MailRequest, name: string): Message {
  const { order } = request;
  const { subject, news } = wording(request);
  const { totals } = order;
  const content = {
    subject,
    paragraphs: [`Hello ${name},`, news, `Order ${order.number} of ${dayText(order.createdAt)}`],
    items: order.items.map(
      ({ title, variant, quantity, lineTotal }): Row => [`${quantity} x ${title}, ${variant}`, moneyText(lineTotal)],
    ),
    sums: [
      ['Goods', moneyText(totals.subtotal)],
      ...(totals.discount.amount > 0
        ? [['Discount', moneyText({ ...totals.discount, amount: -totals.discount.amount })] satisfies Row]
        : []),
      ['Shipping', moneyText(totals.shipping)],
      [totals.taxIncluded ? 'Tax, included' : 'Tax', moneyText(totals.tax)],
      ['Total', moneyText(totals.total)],
    ] satisfies Row[],
    address: addressLines(order.shippingAddress),
  };
  return { subject, text: textOf(content), html: htmlOf(content) };
}

function wording({ kind, order, shipment, refund }: MailRequest): { subject: string; news: string } {
  const { number } = order;
  switch (kind) {
    case 'order-confirmed':
      return { subject: `Your order ${number}`, news: 'Thank you. Your order is paid, and we are packing it.' };
    case 'order-shipped': {
      const by = shipment ? ` with ${shipment.carrier}, tracking number ${shipment.trackingNumber}` : '';
      return { subject: `Your order ${number} is on its way`, news: `Your order is on its way${by}.` };
    }
    case 'order-refunded': {
      const amount = refund ? moneyText(refund) : 'your money';
      return { subject: `A refund for your order ${number}`, news: `We have sent ${amount} back to you.` };
    }
    case 'order-cancelled':
      return {
        subject: `Your order ${number} is cancelled`,
        news: 'Your order was cancelled. What you paid goes back to you.',
      };
    default:
      throw new Error(`unknown kind of mail ${kind satisfies never}`);
  }
}

const DAYS = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' });
const dayText = (at: string) => DAYS.format(new Date(at));

/** Widest label beside which an amount stands; a longer one has it on a line of its own. */
const WIDEST = 56;

function textOf({ paragraphs, items, sums, address }: Content): string {
  const row = ([label, value]: Row) => {
    const amount = value.padStart(14);
    return label.length > WIDEST ? `${label}\n${' '.repeat(WIDEST)}${amount}` : label.padEnd(WIDEST) + amount;
  };
  const blocks = [...paragraphs, items.map(row).join('\n'), sums.map(row).join('\n')];
  return `${[...blocks, ['Delivery address', ...address].join('\n')].join('\n\n')}\n`;
}

/** Mail programs know no style sheets: each element carries its own. */
function htmlOf({ subject, paragraphs, items, sums, address }: Content): string {
  const cell = 'padding:6px 0;border-bottom:1px solid #e5e5ea;vertical-align:top';
  const row = ([label, value]: Row, index: number, rows: readonly Row[]) => {
    const style = rows === sums && index === rows.length - 1 ? `${cell};font-weight:bold` : cell;
    return `<tr><td style="${style}">${e(label)}</td><td style="${style};text-align:right;white-space:nowrap;padding-left:16px">${e(value)}</td></tr>`;
  };
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${e(subject)}</title></head>
<body style="margin:0;padding:24px;font:15px/1.5 sans-serif;color:#1d1d1f"><div style="max-width:36rem">
${paragraphs.map((paragraph) => `<p>${e(paragraph)}</p>`).join('\n')}
<table style="width:100%;border-collapse:collapse">
${[...items.map(row), ...sums.map(row)].join('\n')}
</table>
<p style="color:#6e6e73">Delivery address<br>${address.map(e).join('<br>')}</p>
</div></body></html>
`;
}
