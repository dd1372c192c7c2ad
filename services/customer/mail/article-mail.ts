import { greetingFor, layOut, type Message } from './layout.ts';
import type { MailRequest } from './mail.ts';

/** Composes a mail about an article. @param link the URL of its page */
export const composeArticleMail = (
  article: NonNullable<MailRequest['article']>,
  name: string | undefined,
  link?: string,
): Message =>
  layOut({
    subject: `${article.title} is back in stock`,
    paragraphs: [
      greetingFor(name),
      `${article.title}, ${article.variant}, is back in stock. You asked us to tell you, and this is the only time we do.`,
    ],
    ...(link ? { link } : {}),
  });
