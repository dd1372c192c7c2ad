import { keyedHash } from '../../../lib/auth/secrets.ts';
import type { Broker } from '../../../lib/contract/contract.ts';
import type { Config } from '../../../lib/process/config.ts';
import { LINK_MAIL_KINDS, NOTICE_KINDS, ORDER_MAIL_KINDS } from './mail.contract.ts';
import type { MailRequest } from './mail.ts';

/**
 * Mails of one kind to one address in a window, however often they are requested. The window is shorter than the life of
 * any link (link.ts), so that an owner whose address is flooded has a valid link at any time.
 */
const MAX_MAILS_PER_WINDOW = 5;
const MAIL_WINDOW_MS = 15 * 60_000;
/**
 * Order mails of all kinds together to an unverified address in a window: unpaid orders cost nothing, and would be a way
 * to flood a stranger. A customer who has not verified yet places fewer orders in a window.
 */
const MAX_UNVERIFIED_ORDER_MAILS_PER_WINDOW = 20;
const MAX_LIMIT_CALLS = 3;

const LIMITED_KINDS: ReadonlySet<string> = new Set([...LINK_MAIL_KINDS, ...NOTICE_KINDS]);
const ORDER_KINDS: ReadonlySet<string> = new Set(ORDER_MAIL_KINDS);

/** Whether mails of this kind to one address are limited. */
export const isLimited = (kind: MailRequest['kind']): boolean => LIMITED_KINDS.has(kind);
export const isAboutOrder = (kind: MailRequest['kind']): boolean => ORDER_KINDS.has(kind);

interface Caller {
  broker: Broker;
  logger: { warn(...words: unknown[]): void };
}

/** Counts a mail against the limits of its address, which are in the database and hold for all nodes. */
export class MailLimit {
  readonly #secret: string;

  constructor({ tokenSecret }: Pick<Config, 'tokenSecret'>) {
    this.#secret = tokenSecret;
  }

  /** Counts a mail of a limited kind. @returns whether it is within the limit */
  count(caller: Caller, to: string, kind: MailRequest['kind']): Promise<boolean> {
    return this.#take(caller, `mail ${kind} ${to}`, MAX_MAILS_PER_WINDOW);
  }

  /** Counts an order mail to an unverified address. @returns whether it is within the limit */
  countUnverified(caller: Caller, to: string): Promise<boolean> {
    return this.#take(caller, `mail order ${to}`, MAX_UNVERIFIED_ORDER_MAILS_PER_WINDOW);
  }

  async #take({ broker, logger }: Caller, subject: string, limit: number): Promise<boolean> {
    const request = { key: keyedHash(this.#secret, subject), count: 1, limit, window: MAIL_WINDOW_MS };
    for (let calls = 1; ; calls++) {
      try {
        return (await broker.call('limit.take', request)).granted > 0;
      } catch (error) {
        if (calls < MAX_LIMIT_CALLS) continue;
        // A mail that a customer waits for matters more than an exact count.
        logger.warn('the limit of mails to one address could not be checked, the mail is sent', error);
        return true;
      }
    }
  }
}
