import { createHash } from 'node:crypto';
import { escapeHtml as e } from '../../shared/format.ts';
import type { DocumentContent } from './document-content.ts';

const STYLE = `body{font:14px/1.5 system-ui,sans-serif;color:#1d1d1f;max-width:46rem;margin:3rem auto;padding:0 1.5rem}
header{display:flex;justify-content:space-between;gap:2rem;margin-bottom:2.5rem}
h1{font-size:1.5rem;margin:2.5rem 0 1.5rem}
address{font-style:normal}
address,td{overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:auto auto;gap:.1rem 1rem;margin:0;align-content:start;white-space:nowrap}
dt{color:#6e6e73}dd{margin:0;text-align:right}
table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:.45rem .5rem;border-bottom:1px solid #e5e5ea;vertical-align:top}
td+td{white-space:nowrap}
th:last-child,td:last-child{padding-right:0}
thead th:first-child,tbody td:first-child{text-align:left;padding-left:0}th{color:#6e6e73;font-weight:500}
tfoot td{border:0;padding:.15rem .5rem}tfoot tr:first-child td{padding-top:1rem}
.total td{font-weight:700;font-size:1.1rem;padding-block:.5rem}
.included td{color:#6e6e73}
tr{break-inside:avoid}
@media print{body{margin:0 auto}}`;

/** The Content-Security-Policy of the page: only its own style sheet, no scripts, nothing from other hosts. */
export const DOCUMENT_CSP = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** An invoice or a credit note as an HTML page, also for printing. All text is escaped. */
export function renderHtml({
  title,
  seller,
  buyer,
  facts,
  columns,
  rows,
  sums,
  total,
  included,
  notes,
}: DocumentContent): string {
  const lines = (parts: readonly string[]) => parts.map(e).join('<br>');
  const cells = (tag: 'td' | 'th', parts: readonly string[]) =>
    parts.map((part) => `<${tag}>${e(part)}</${tag}>`).join('');
  const sum =
    (name: 'sum' | 'total' | 'included') =>
    ([label, value]: [string, string]) =>
      `<tr class="${name}"><td colspan="${columns.length - 1}">${e(label)}</td><td>${e(value)}</td></tr>`;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${e(title)}</title><style>${STYLE}</style></head>
<body>
<header><address>${lines(seller)}</address><dl>${facts.map(([k, v]) => `<dt>${e(k)}</dt><dd>${e(v)}</dd>`).join('')}</dl></header>
<address>${lines(buyer)}</address>
<h1>${e(title)}</h1>
<table>
<thead><tr>${cells('th', columns)}</tr></thead>
<tbody>${rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('\n')}</tbody>
<tfoot>${[...sums.map(sum('sum')), sum('total')(total), ...included.map(sum('included'))].join('\n')}</tfoot>
</table>
${notes.map((note) => `<p>${e(note)}</p>`).join('\n')}
</body>
</html>
`;
}
