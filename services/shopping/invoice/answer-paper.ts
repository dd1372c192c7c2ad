import type { Ctx } from '../../../lib/contract/contract.ts';
import { CONTENT_SECURITY_POLICY, invoiceHtml } from './html.ts';
import { invoicePdf } from './pdf.ts';
import type { Sheet } from './sheet.ts';

/** How a paper is asked for. */
export interface PaperRequest {
  format?: 'pdf' | 'html' | undefined;
  accept?: string | undefined;
}

/** A paper as a page for clients that accept text/html, else as a PDF; `format` decides before that. */
export async function answerPaper(
  { meta }: Pick<Ctx<unknown>, 'meta'>,
  { accept = '', format = /\btext\/html\b/i.test(accept) ? 'html' : 'pdf' }: PaperRequest,
  sheet: Sheet,
): Promise<string | Buffer> {
  if (format === 'html') {
    meta.$responseType = 'text/html; charset=utf-8';
    meta.$responseHeaders = { 'Content-Security-Policy': CONTENT_SECURITY_POLICY };
    return invoiceHtml(sheet);
  }
  meta.$responseType = 'application/pdf';
  meta.$responseHeaders = { 'Content-Disposition': `inline; filename="${sheet.fileName}.pdf"` };
  return invoicePdf(sheet);
}
