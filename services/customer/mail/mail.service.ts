import { bulkhead } from 'cockatiel';
import type { Rpc } from '../../../lib/contract/contract.ts';
import { properties, type Self } from '../../../lib/contract/mixin.ts';
import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { Pace } from '../../../lib/process/pace.ts';
import { dueWork } from '../../../mixins/due-work/due-work.ts';
import { recordFailure, replay } from '../../../mixins/due-work/queue.ts';
import { type Store, store } from '../../../mixins/store/store.ts';
import type { Worker } from '../../../mixins/worker.ts';
import { signGuestLink } from '../../shared/guest-link.ts';
import { isGuestId } from '../../shared/ids.ts';
import { isProblem } from '../../shared/problem-codes.ts';
import { errors } from '../../shared/problems.ts';
import { signLink } from '../auth/link.ts';
import { GUEST_LINK_KINDS, LINK_MAIL_KINDS, mail } from './mail.contract.ts';
import { endMail, isSendable, type Mail, mailQueue, newMail, releaseMail } from './mail.ts';
import { isAboutOrder, isLimited, MailLimit } from './mail-limit.ts';
import { SentMails } from './sent-mails.ts';
import { mailSettingsOf } from './settings.ts';
import { composeMail } from './templates.ts';
import { createMailTransport, prepareMailFolder, removeMailFiles } from './transport.ts';

const MAX_WORKER_SENDS = 4;
/** Mails that this process has claimed and not ended; of further ones, the worker of any node claims the next few. */
const MAX_CLAIMED_MAILS = 200;
const MAX_LISTED_MAILS = 1000;

type MailService = Self<{ store: Store<Mail>; worker: Worker; sent: SentMails }>;

/** Queues and sends the mails to customers. */
export default function mailService(config: Config) {
  const { publicUrl } = mailSettingsOf(config);
  const send = createMailTransport(config);
  const mailLimit = new MailLimit(config);

  const sends = bulkhead(send.concurrency, MAX_CLAIMED_MAILS);
  const pace = new Pace();
  let claimedMails = 0;

  /** Sends a mail that this process has claimed. @throws why it could not be sent */
  async function sendClaimed(service: MailService, claimed: Mail): Promise<void> {
    const { _id: id, request } = claimed;
    const { broker, store, sent } = service;
    const contact = await contactOf(request, broker);
    if (!contact) return store.change(id, (doc) => endMail(doc, 'DROPPED'));
    const address = request.to ?? contact.email;
    const isVerified = contact.emailVerified && address === contact.email;
    // A mail with an error was counted at its first try.
    const isCounted = !isVerified && isAboutOrder(request.kind) && claimed.error === undefined;
    if (isCounted && !(await mailLimit.countUnverified(service, address))) {
      return store.change(id, (doc) => endMail(doc, 'DROPPED'));
    }
    const name = isVerified ? contact.name : undefined;
    const link = await linkOf(request, { ...config, publicUrl }, broker);
    await send({ id, to: { name: name ?? '', address }, ...composeMail(request, name, link, config.timeZone) });
    await sent.add(id);
  }

  /** Sends a mail that was inserted as claimed. If that fails, the worker sends it later. */
  async function sendNew(service: MailService, mail: Mail): Promise<void> {
    const { store, worker, logger } = service;
    if (worker.stopping.aborted || !isSendable(mail, new Date())) {
      return store.change(mail._id, (doc, now) => releaseMail(doc, mail, now));
    }
    try {
      await sendClaimed(service, mail);
    } catch (error) {
      logger.warn(`mail ${mail._id} could not be sent, will be tried again`, error);
      await store.change(mail._id, (doc, now) => recordFailure(mailQueue, doc, error, now, mail));
    }
  }

  /** Mails of about the same time begin together, so that what they read and write leaves together. */
  async function sendInTurn(service: MailService, mail: Mail): Promise<void> {
    await pace.turn(service.worker.stopping);
    await sends.execute(() => sendNew(service, mail));
  }

  return service(mail, config, {
    mixins: [
      dueWork<Mail, MailService>({
        queue: mailQueue,
        atOnce: MAX_WORKER_SENDS,
        isPaused: () => send.isAway(),
        work(claimed) {
          return sendClaimed(this, claimed);
        },
      }),
      store<Mail>(config, {
        node: 'customer',
        collection: 'mails',
        indexes: [
          { fields: { nextAt: 1 } },
          { fields: { 'request.customerId': 1 } },
          { fields: { 'request.to': 1 }, sparse: true },
          { fields: { state: 1, _id: 1 } },
        ],
      }),
      properties((self) => ({ sent: new SentMails(self as MailService) })),
    ],

    handlers: {
      async queue(ctx) {
        const { kind, to } = ctx.params;
        if (to !== undefined && isLimited(kind) && !(await mailLimit.count(this, to, kind))) return;
        const isClaimed = claimedMails < MAX_CLAIMED_MAILS && !send.isAway();
        const draft = newMail(ctx.params, new Date(), isClaimed);
        if (!isClaimed) return void (await this.store.insert(draft));
        claimedMails += 1;
        const isNew = await this.store.insert(draft).catch((error: unknown) => {
          claimedMails -= 1;
          throw error;
        });
        const sending = isNew ? sendInTurn(this, { ...draft, rev: 0 }) : Promise.resolve();
        this.worker.background(sending.finally(() => (claimedMails -= 1)));
      },

      async parked() {
        const found = await this.store.find({ state: 'PARKED' }, { sort: { _id: 1 }, limit: MAX_LISTED_MAILS });
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
        await removeMailFiles(
          config,
          found.map(({ _id }) => _id),
        );
        await this.store.remove({ 'request.customerId': customerId });
        await this.store.purge();
      },

      async eraseGuest(ctx) {
        const found = await this.store.find({ 'request.to': ctx.params.email });
        const ids = found.flatMap(({ _id, request }) => (isGuestId(request.customerId) ? [_id] : []));
        await removeMailFiles(config, ids);
        await this.store.remove({ _id: { $in: ids } });
        await this.store.purge();
      },

      async assign(ctx) {
        const { orderId, guestId, customerId } = ctx.params;
        const found = await this.store.find({ 'request.customerId': guestId });
        const about = found.filter(({ request }) => request.order?.id === orderId);
        await this.store.changeAll(
          about.map(({ _id }) => _id),
          { 'request.customerId': customerId },
        );
      },

      async replay(ctx) {
        if (!(await this.store.get(ctx.params.id))) throw errors.notFound('This mail');
        await this.store.change(ctx.params.id, (doc, now) => replay(mailQueue, doc, now));
      },
    },

    started() {
      return prepareMailFolder(config);
    },
  });
}

/** The reader of a mail; undefined when the account is gone. A guest's address is not verified. */
async function contactOf({ customerId, to }: Mail['request'], rpc: Rpc) {
  if (!isGuestId(customerId)) return rpc.call('customer.contact', { customerId }).catch(ignoreNotFound);
  return to === undefined ? undefined : { email: to, emailVerified: false, name: '' };
}

type LinkConfig = Config & { publicUrl: string };

/** The URL in a mail. The token is behind the `#`: browsers do not send that part, so no server logs it. */
async function linkOf(
  { kind, link, article, order, to, customerId }: Mail['request'],
  config: LinkConfig,
  rpc: Rpc,
): Promise<string | undefined> {
  if (kind === 'payment-failed') return `${config.publicUrl}/cart`;
  if (order && isGuestId(customerId)) {
    const { token } = await rpc.call('order.guestToken', { orderId: order.id });
    return token ? `${config.publicUrl}/account/order#token=${token}&order=${order.id}` : undefined;
  }
  if (kind === 'payment-declined' && order) return `${config.publicUrl}/orders/${order.id}`;
  if (article) return `${config.publicUrl}/products/${encodeURIComponent(article.slug)}`;
  const expiresAt = new Date(link?.expiresAt ?? 0);
  const guestPurpose = GUEST_LINK_KINDS.find((one) => one === kind);
  if (guestPurpose && to !== undefined) {
    return `${config.publicUrl}/account/${guestPurpose}#token=${signGuestLink(guestPurpose, to, expiresAt, config)}`;
  }
  const purpose = LINK_MAIL_KINDS.find((one) => one === kind);
  if (!purpose || !link) return undefined;
  const token = signLink({ purpose, customerId, nonce: link.nonce }, expiresAt, config);
  return `${config.publicUrl}/account/${purpose}#token=${token}`;
}

function ignoreNotFound(error: unknown): undefined {
  if (!isProblem(error, 'not-found')) throw error;
}
