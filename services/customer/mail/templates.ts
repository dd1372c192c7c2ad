import { composeAccountMail } from './account-mail.ts';
import { composeArticleMail } from './article-mail.ts';
import type { Message } from './layout.ts';
import type { MailRequest } from './mail.ts';
import { composeOrderMail } from './order-mail.ts';

/**
 * Composes a mail by its kind.
 * @param name of the reader; `undefined` while the address is not verified. Such a mail contains no text that a customer
 *   wrote: otherwise a customer could use the shop to send texts to strangers.
 * @param link the URL for the reader to follow
 * @param timeZone IANA name; dates are days of this zone
 */
export function composeMail(request: MailRequest, name: string | undefined, link?: string, timeZone = 'UTC'): Message {
  if (request.article) return composeArticleMail(request.article, name, link);
  return request.order
    ? composeOrderMail(request, request.order, name, timeZone, link)
    : composeAccountMail(request.kind, name, link);
}
