import { greeting, laidOut, type Message } from './layout.ts';
import type { MailRequest } from './mail.ts';

/** What a mail says of an account. @param link the address that it leads to */
export function accountMail(kind: MailRequest['kind'], name: string | undefined, link?: string): Message {
  const { subject, news } = wording(kind);
  return laidOut({ subject, paragraphs: [greeting(name), ...news], ...(link ? { link } : {}) });
}

function wording(kind: MailRequest['kind']): { subject: string; news: string[] } {
  switch (kind) {
    case 'verify-email':
      return {
        subject: 'Please confirm your e-mail address',
        news: ['Follow this link within a day to confirm your e-mail address.'],
      };
    case 'change-email':
      return {
        subject: 'Please confirm your new e-mail address',
        news: ['Follow this link within a day to use this e-mail address from now on.'],
      };
    case 'reset-password':
      return {
        subject: 'Your new password',
        news: [
          'Follow this link within 30 minutes to set a new password.',
          'If you have not asked for it, somebody else has: your password is as it was, and there is nothing to do.',
        ],
      };
    case 'email-changed':
      return {
        subject: 'Your e-mail address was changed',
        news: ['Your account has another e-mail address now. If that was not you, write to us at once.'],
      };
    case 'password-changed':
      return {
        subject: 'Your password was changed',
        news: ['Your account has a new password now. If that was not you, ask for a new one at once.'],
      };
    default:
      throw new Error(`${kind} is no mail about an account`);
  }
}
