import { escapeHtml as e } from '../../shared/format.ts';

export interface Message {
  subject: string;
  text: string;
  html: string;
}

/** A line of the order: its label, and its amount with the currency. */
export type MailRow = readonly [label: string, amount: string];

export interface MailContent {
  subject: string;
  paragraphs: string[];
  /** On a line of its own: mail programs make a link of it. */
  link?: string;
  items?: MailRow[];
  sums?: MailRow[];
  address?: string[];
}

/** @param name of the owner; `undefined` while the address is not verified */
export const greetingFor = (name: string | undefined): string => (name ? `Hello ${name},` : 'Hello,');

/** Renders a mail's content as text and as HTML. In HTML all of it is escaped. */
export const layOut = (content: MailContent): Message => ({
  subject: content.subject,
  text: renderText(content),
  html: renderHtml(content),
});

/** Behind a longer label, the amount is on the next line. */
const LABEL_WIDTH_CHARS = 56;
const AMOUNT_WIDTH_CHARS = 14;

function renderText({ paragraphs, link, items = [], sums = [], address }: MailContent): string {
  const row = ([label, amount]: MailRow) => {
    const column = amount.padStart(AMOUNT_WIDTH_CHARS);
    return label.length > LABEL_WIDTH_CHARS
      ? `${label}\n${' '.repeat(LABEL_WIDTH_CHARS)}${column}`
      : label.padEnd(LABEL_WIDTH_CHARS) + column;
  };
  const blocks = [
    ...paragraphs,
    ...(link ? [link] : []),
    items.map(row).join('\n'),
    sums.map(row).join('\n'),
    ...(address ? [['Delivery address', ...address].join('\n')] : []),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** Styles are inline: many mail programs ignore style sheets. */
function renderHtml({ subject, paragraphs, link, items = [], sums = [], address }: MailContent): string {
  const cell = 'padding:6px 0;border-bottom:1px solid #e5e5ea;vertical-align:top';
  const row = ([label, amount]: MailRow, index: number, rows: readonly MailRow[]) => {
    const style = rows === sums && index === rows.length - 1 ? `${cell};font-weight:bold` : cell;
    return `<tr><td style="${style}">${e(label)}</td><td style="${style};text-align:right;white-space:nowrap;padding-left:16px">${e(amount)}</td></tr>`;
  };
  const rows = [...items.map(row), ...sums.map(row)];
  const parts = [
    ...paragraphs.map((paragraph) => `<p>${e(paragraph)}</p>`),
    link ? `<p><a href="${e(link)}">${e(link)}</a></p>` : '',
    rows.length > 0 ? `<table style="width:100%;border-collapse:collapse">\n${rows.join('\n')}\n</table>` : '',
    address ? `<p style="color:#6e6e73">Delivery address<br>${address.map(e).join('<br>')}</p>` : '',
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${e(subject)}</title></head>
<body style="margin:0;padding:24px;font:15px/1.5 sans-serif;color:#1d1d1f"><div style="max-width:36rem">
${parts.filter((part) => part !== '').join('\n')}
</div></body></html>
`;
}
