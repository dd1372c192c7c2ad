import { LRUCache } from 'lru-cache';
import { keyedHash } from '../../../lib/auth/secrets.ts';
import type { Broker } from '../../../lib/contract/contract.ts';
import type { Config } from '../../../lib/process/config.ts';
import {
  GUEST_LINK_KINDS,
  LINK_MAIL_KINDS,
  NOTICE_KINDS,
  ORDER_LINK_KINDS,
  ORDER_MAIL_KINDS,
} from './mail.contract.ts';
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
/**
 * Order mails that a process takes of an address's limit by one write. What it does not send counts as sent, so that a shop
 * with several nodes may send fewer than the limit, never more.
 */
const ORDER_MAILS_PER_GRANT = 5;
const MAX_KNOWN_ADDRESSES = 10_000;
const MAX_LIMIT_CALLS = 3;

const LIMITED_KINDS: ReadonlySet<string> = new Set([
  ...LINK_MAIL_KINDS,
  ...NOTICE_KINDS,
  ...ORDER_LINK_KINDS,
  ...GUEST_LINK_KINDS,
]);
const ORDER_KINDS: ReadonlySet<string> = new Set(ORDER_MAIL_KINDS);

/** Whether mails of this kind to one address are limited. */
export const isLimited = (kind: MailRequest['kind']): boolean => LIMITED_KINDS.has(kind);
export const isAboutOrder = (kind: MailRequest['kind']): boolean => ORDER_KINDS.has(kind);

interface Caller {
  broker: Pick<Broker, 'call'>;
  logger: { warn(...words: unknown[]): void };
}

/** A part of the limit of an address, for this process until the window ends. */
interface Grant {
  left: number;
  /** Whether it is the last part of the window. */
  isLast: boolean;
  /** In ms since 1970. */
  endsAt: number;
}

/** Counts a mail against the limits of its address, which are in the database and hold for all nodes. */
export class MailLimit {
  readonly #secret: string;
  readonly #clock: () => number;
  /** By the key of the address. */
  readonly #grants = new LRUCache<string, Grant>({ max: MAX_KNOWN_ADDRESSES });
  /** Calls under way, which all mails to the address wait for. */
  readonly #requests = new Map<string, Promise<Grant | undefined>>();

  constructor({ tokenSecret }: Pick<Config, 'tokenSecret'>, clock: () => number = Date.now) {
    this.#secret = tokenSecret;
    this.#clock = clock;
  }

  /** Counts a mail of a limited kind. @returns whether it is within the limit */
  async count(caller: Caller, to: string, kind: MailRequest['kind']): Promise<boolean> {
    const key = keyedHash(this.#secret, `mail ${kind} ${to}`);
    const grant = await requestGrant(caller, key, 1, MAX_MAILS_PER_WINDOW);
    return grant ? grant.left > 0 : true;
  }

  /** Counts an order mail to an unverified address. @returns whether it is within the limit */
  async countUnverified(caller: Caller, to: string): Promise<boolean> {
    const key = keyedHash(this.#secret, `mail order ${to}`);
    const known = this.#grants.get(key);
    let grant = known && known.endsAt > this.#clock() ? known : undefined;
    for (;;) {
      if (grant && grant.left > 0) {
        grant.left -= 1;
        return true;
      }
      if (grant?.isLast) return false;
      grant = await this.#request(caller, key);
      if (!grant) return true;
    }
  }

  /** Resolves with a new grant, which mails of the same time share. */
  #request(caller: Caller, key: string): Promise<Grant | undefined> {
    const underWay = this.#requests.get(key);
    if (underWay) return underWay;
    const request = requestGrant(caller, key, ORDER_MAILS_PER_GRANT, MAX_UNVERIFIED_ORDER_MAILS_PER_WINDOW);
    const remembered = request.then((grant) => {
      this.#requests.delete(key);
      if (grant) this.#grants.set(key, grant);
      return grant;
    });
    this.#requests.set(key, remembered);
    return remembered;
  }
}

/** Resolves to undefined when the limit cannot be checked: a mail that a customer waits for matters more than an exact count. */
async function requestGrant(
  { broker, logger }: Caller,
  key: string,
  count: number,
  limit: number,
): Promise<Grant | undefined> {
  for (let calls = 1; ; calls++) {
    try {
      const answer = await broker.call('limit.take', { key, count, limit, window: MAIL_WINDOW_MS });
      return { left: answer.granted, isLast: answer.left === 0, endsAt: answer.endsAt };
    } catch (error) {
      if (calls < MAX_LIMIT_CALLS) continue;
      logger.warn('the limit of mails to one address could not be checked, the mail is sent', error);
      return undefined;
    }
  }
}
