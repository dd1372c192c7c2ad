import { accountMail } from './account-mail.ts';
import { articleMail } from './article-mail.ts';
import type { Message } from './layout.ts';
import type { MailRequest } from './mail.ts';
import { orderMail } from './order-mail.ts';

/**
 * What a mail says.
 * @param name of the reader; `undefined` when nobody has proven yet that the address is theirs. Such a mail has no text
 *   that a customer wrote, or anybody could have the shop write to strangers.
 * @param link the address that a mail with a link leads to
 * @param timeZone whose days its dates are
 */
export function messageOf(request: MailRequest, name: string | undefined, link?: string, timeZone = 'UTC'): Message {
  if (request.article) return articleMail(request.article, name, link);
  return request.order ? orderMail(request, request.order, name, timeZone) : accountMail(request.kind, name, link);
}
