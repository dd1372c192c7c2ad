import { greetingFor, layOut, type Message } from './layout.ts';
import type { MailRequest } from './mail.ts';

/** Composes a mail about an account. @param link the URL for the reader to follow */
export function composeAccountMail(kind: MailRequest['kind'], name: string | undefined, link?: string): Message {
  const { subject, news } = wordingOf(kind);
  return layOut({ subject, paragraphs: [greetingFor(name), ...news], ...(link ? { link } : {}) });
}

function wordingOf(kind: MailRequest['kind']): { subject: string; news: string[] } {
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
          'If you have not asked for it, another person has: your password has not changed, and you need not do anything.',
        ],
      };
    case 'guest-export':
      return {
        subject: 'The data of your orders',
        news: [
          'Follow this link within an hour to get all data of the orders that were placed with this e-mail address.',
          IF_NOT_ASKED,
        ],
      };
    case 'guest-erasure':
      return {
        subject: 'Erase the data of your orders',
        news: [
          'Follow this link within an hour to erase your data in the orders that were placed with this e-mail address. This cannot be undone.',
          IF_NOT_ASKED,
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
      throw new Error(`${kind} is not a mail about an account`);
  }
}

const IF_NOT_ASKED = 'If you have not asked for it, you need not do anything.';
