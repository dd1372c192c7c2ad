import { escapeHtml as e } from '../../shared/format.ts';

export interface Message {
  subject: string;
  text: string;
  html: string;
}

/** Something, and what it comes to. */
export type MailRow = readonly [label: string, value: string];

export interface Content {
  subject: string;
  paragraphs: string[];
  /** Stands by itself, so that mail programs make it one that can be followed. */
  link?: string;
  items?: MailRow[];
  sums?: MailRow[];
  address?: string[];
}

/** @param name whom an address belongs to; `undefined` while nobody has proven that it is theirs */
export const greeting = (name: string | undefined): string => (name ? `Hello ${name},` : 'Hello,');

/** A mail's content, once in text and once in HTML. Whatever a customer wrote is escaped. */
export const laidOut = (content: Content): Message => ({
  subject: content.subject,
  text: textOf(content),
  html: htmlOf(content),
});

/** Widest label beside which an amount stands; a longer one has it on a line of its own. */
const WIDEST = 56;

function textOf({ paragraphs, link, items = [], sums = [], address }: Content): string {
  const row = ([label, value]: MailRow) => {
    const amount = value.padStart(14);
    return label.length > WIDEST ? `${label}\n${' '.repeat(WIDEST)}${amount}` : label.padEnd(WIDEST) + amount;
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

/** Mail programs know no style sheets: each element carries its own. */
function htmlOf({ subject, paragraphs, link, items = [], sums = [], address }: Content): string {
  const cell = 'padding:6px 0;border-bottom:1px solid #e5e5ea;vertical-align:top';
  const row = ([label, value]: MailRow, index: number, rows: readonly MailRow[]) => {
    const style = rows === sums && index === rows.length - 1 ? `${cell};font-weight:bold` : cell;
    return `<tr><td style="${style}">${e(label)}</td><td style="${style};text-align:right;white-space:nowrap;padding-left:16px">${e(value)}</td></tr>`;
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
