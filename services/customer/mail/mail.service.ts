import { createHmac } from 'node:crypto';
import type { Self } from '../../../lib/contract/mixin.ts';
import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { dueWork } from '../../../mixins/due-work/due-work.ts';
import { recordFailure, replay } from '../../../mixins/due-work/queue.ts';
import { type Store, store } from '../../../mixins/store/store.ts';
import type { Worker } from '../../../mixins/worker.ts';
import { isProblem } from '../../shared/problem-codes.ts';
import { errors } from '../../shared/problems.ts';
import { signLink } from '../auth/link.ts';
import { LINK_MAILS, mail, NOTICES, ORDER_MAILS } from './mail.contract.ts';
import { ended, type Mail, mailQueue, newMail } from './mail.ts';
import { mailSettingsOf } from './settings.ts';
import { messageOf } from './templates.ts';
import { forgetFiles, prepareFolder, transportOf } from './transport.ts';

const PAUSE_MS = 500;
/** Mails that the worker sends side by side. */
const BATCH = 4;
/** Orders go first: each mail at once takes time from them. */
const AT_ONCE = 2;
/**
 * Mails of one kind to one address in one window, whoever asks for them. A window is shorter than the life of any link
 * (link.ts), so that an owner whose address is flooded has a link that works at any time.
 */
const MAILS_PER_WINDOW = 5;
const MAIL_WINDOW_MS = 15 * 60_000;
/**
 * Mails about orders, of all kinds together, to an address that nobody has proven: orders that are given up unpaid cost
 * nothing, and would be a way to flood a stranger. Above what a customer orders in a window who has not verified yet.
 */
const UNPROVEN_ORDER_MAILS_PER_WINDOW = 20;
const ORDER_KINDS: ReadonlySet<string> = new Set(ORDER_MAILS);
const LIMIT_TRIES = 3;
const LIMITED_KINDS: ReadonlySet<string> = new Set([...LINK_MAILS, ...NOTICES]);
const isLimited = (kind: Mail['request']['kind']) => LIMITED_KINDS.has(kind);

type This = Self<{ store: Store<Mail>; worker: Worker }>;

export default function mailService(config: Config) {
  const { publicUrl } = mailSettingsOf(config);
  const send = transportOf(config);

  let sending = 0;

  /** Whether one more mail of this kind may go to an address, counted in the database for all nodes. */
  async function mayWrite(
    { broker, logger }: This,
    to: string,
    kind: string,
    limit = MAILS_PER_WINDOW,
  ): Promise<boolean> {
    const key = createHmac('sha256', config.tokenSecret).update(`mail ${kind} ${to}`).digest('base64url');
    const wish = { key, count: 1, limit, window: MAIL_WINDOW_MS };
    for (let tries = 1; ; tries++) {
      try {
        return (await broker.call('limit.take', wish)).granted > 0;
      } catch (error) {
        if (tries < LIMIT_TRIES) continue;
        // A mail that somebody waits for matters more than an exact count.
        logger.warn('mails to one address are not counted now', error);
        return true;
      }
    }
  }

  /** Sends a mail that this process has claimed. @throws why it could not be sent */
  async function sendClaimed(service: This, claimed: Mail): Promise<void> {
    const { _id: id, request } = claimed;
    sending += 1;
    try {
      const contact = await service.broker.call('customer.contact', { customerId: request.customerId }).catch(ifGone);
      if (!contact) return await service.store.change(id, (doc) => ended(doc, 'DROPPED'));
      const address = request.to ?? contact.email;
      const isProven = contact.emailVerified && address === contact.email;
      // One that was tried before was counted then.
      const isCounted = !isProven && ORDER_KINDS.has(request.kind) && claimed.error === undefined;
      if (isCounted && !(await mayWrite(service, address, 'order', UNPROVEN_ORDER_MAILS_PER_WINDOW))) {
        return await service.store.change(id, (doc) => ended(doc, 'DROPPED'));
      }
      const name = isProven ? contact.name : undefined;
      const link = linkOf(request, { ...config, publicUrl });
      await send({ id, to: { name: name ?? '', address }, ...messageOf(request, name, link, config.timeZone) });
      await service.store.change(id, (doc) => ended(doc, 'SENT'));
    } finally {
      sending -= 1;
    }
  }

  /** Sends a mail that was inserted as claimed. */
  async function sendNew(service: This, mail: Mail): Promise<void> {
    try {
      await sendClaimed(service, mail);
    } catch (error) {
      service.logger.warn(`mail ${mail._id} could not be sent, will be tried again`, error);
      await service.store.change(mail._id, (doc, now) => recordFailure(mailQueue, doc, error, now, mail));
    }
  }

  return service(mail, config, {
    mixins: [
      dueWork<Mail, This>({
        queue: mailQueue,
        every: PAUSE_MS,
        atOnce: BATCH,
        isPaused: () => send.isAway(),
        work(claimed) {
          return sendClaimed(this, claimed);
        },
      }),
      store<Mail>(config, {
        node: 'customer',
        collection: 'mails',
        indexes: [{ fields: { nextAt: 1 } }, { fields: { 'request.customerId': 1 } }, { fields: { state: 1, _id: 1 } }],
      }),
    ],

    handlers: {
      async queue(ctx) {
        const { kind, to } = ctx.params;
        if (to !== undefined && isLimited(kind) && !(await mayWrite(this, to, kind))) return;
        // At once, unless the server is away, or so many are sent that this one might outlast its claim: then the worker does.
        const draft = newMail(ctx.params, new Date(), sending < AT_ONCE && !send.isAway());
        const isNew = await this.store.insert(draft); // false: it is on its way already
        if (isNew && draft.nextAt !== draft.createdAt) this.worker.background(sendNew(this, { ...draft, rev: 0 }));
      },

      async parked() {
        const found = await this.store.find({ state: 'PARKED' }, { sort: { _id: 1 }, limit: 1000 });
        return { items: found.map(({ _id: id, request, error = '' }) => ({ id, kind: request.kind, error })) };
      },

      async export(ctx) {
        const found = await this.store.find({ 'request.customerId': ctx.params.customerId }, { sort: { _id: 1 } });
        const items = found.map(({ _id: id, request, state: status, createdAt }) => ({
          ...{ id, kind: request.kind, status, at: createdAt.toISOString() },
          ...(request.to === undefined ? {} : { to: request.to }),
          ...(request.order ? { order: request.order.number } : {}),
        }));
        return { items };
      },

      async erase(ctx) {
        const { customerId } = ctx.params;
        const found = await this.store.find({ 'request.customerId': customerId }, { fields: ['_id'] });
        await forgetFiles(
          config,
          found.map(({ _id }) => _id),
        );
        await this.store.remove({ 'request.customerId': customerId });
        await this.store.purge();
      },

      async replay(ctx) {
        if (!(await this.store.get(ctx.params.id))) throw errors.notFound('This mail');
        await this.store.change(ctx.params.id, (doc, now) => replay(mailQueue, doc, now));
      },
    },

    started() {
      return prepareFolder(config);
    },
  });
}

type LinkConfig = Config & { publicUrl: string };

/** The page of the front end that a mail leads to; what it is allowed there is behind the #, which no server logs. */
function linkOf({ kind, link, article, customerId }: Mail['request'], config: LinkConfig): string | undefined {
  if (article) return `${config.publicUrl}/products/${encodeURIComponent(article.slug)}`;
  const purpose = LINK_MAILS.find((one) => one === kind);
  if (!purpose || !link) return undefined;
  const token = signLink({ purpose, customerId, nonce: link.nonce }, new Date(link.expiresAt), config);
  return `${config.publicUrl}/account/${purpose}#token=${token}`;
}

function ifGone(error: unknown): undefined {
  if (!isProblem(error, 'not-found')) throw error;
}
