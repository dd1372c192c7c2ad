import { greeting, laidOut, type Message } from './layout.ts';
import type { MailRequest } from './mail.ts';

/** What a mail says of an article. @param link the page where it can be bought */
export const articleMail = (
  article: NonNullable<MailRequest['article']>,
  name: string | undefined,
  link?: string,
): Message =>
  laidOut({
    subject: `${article.title} is back in stock`,
    paragraphs: [
      greeting(name),
      `${article.title}, ${article.variant}, is back in stock. You asked us to tell you, and this is the only time we do.`,
    ],
    ...(link ? { link } : {}),
  });
