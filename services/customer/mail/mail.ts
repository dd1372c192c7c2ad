import type { Params } from '../../../lib/contract/contract.ts';
import type { DueQueue } from '../../../mixins/due-work/queue.ts';
import { RETRY_POLICY } from '../../../mixins/due-work/schedule.ts';
import type { Decision } from '../../../mixins/store/changes.ts';
import { SEND_TIMEOUT_MS } from './transport.ts';

export type MailRequest = Params<'mail.queue'>;

/** A mail to send. Its id names the event that causes it, so that one event is one mail. */
export interface Mail {
  _id: string;
  rev: number;
  request: MailRequest;
  state: 'QUEUED' | 'SENT' | 'PARKED' | 'DROPPED';
  failures: number;
  /** Pauses in a row. Missing on mails of earlier versions, which counted outages as failures. */
  attempts?: number;
  error?: string;
  parkedAt?: Date | null;
  /** When the next try is due, or the lease of a claimed mail ends; null when the mail has ended. */
  nextAt: Date | null;
  createdAt: Date;
}

/** Reading the recipient, sending and noting it. */
const MAX_SENDING_MS = SEND_TIMEOUT_MS + 10_000;

export const mailQueue: DueQueue<Mail> = {
  name: 'mails',
  policy: {
    ...RETRY_POLICY,
    // Longer than the timeout of sending (transport.ts): two nodes never send one mail at the same time.
    leaseMs: 60_000,
    maxFaultPauseMs: 600_000,
    // As long as mail servers retry (RFC 5321 §4.5.4.1).
    outagePatienceMs: 5 * 86_400_000,
  },
  dueField: 'nextAt',
  parkedFilter: { state: 'PARKED' },
  read: ({ state, nextAt: dueAt, failures, attempts = failures, parkedAt, createdAt: since, error }) => ({
    ...{ dueAt, attempts, failures, since, parkedAt: state === 'PARKED' ? (parkedAt ?? since) : null },
    ...(error === undefined ? {} : { error }),
  }),
  write: ({ dueAt: nextAt, attempts, failures, parkedAt, error }, mail) => ({
    ...{ nextAt, attempts, failures, parkedAt },
    ...(error === undefined ? {} : { error }),
    ...(mail.state === 'QUEUED' || mail.state === 'PARKED' ? { state: parkedAt ? 'PARKED' : 'QUEUED' } : {}),
  }),
};

/** @param isClaimed the caller sends the mail itself, at once: it holds the lease, so that the worker does not */
export function newMail(request: MailRequest, now: Date, isClaimed = false): Omit<Mail, 'rev'> {
  const nextAt = isClaimed ? new Date(+now + mailQueue.policy.leaseMs) : now;
  return { _id: request.id, request, state: 'QUEUED', failures: 0, nextAt, createdAt: now };
}

/** Whether a claimed mail will be sent before its lease ends, if its sending begins now. */
export const isSendable = ({ nextAt }: Readonly<Mail>, now: Date): boolean =>
  nextAt !== null && +nextAt - +now > MAX_SENDING_MS;

/** Gives up the lease of a claimed mail, so that a worker can claim it at once. */
export function releaseMail(mail: Readonly<Mail>, claimed: Readonly<Mail>, now: Date): Decision<undefined> {
  const isHeld = mail.state === 'QUEUED' && +(mail.nextAt ?? 0) === +(claimed.nextAt ?? 0);
  return { answer: undefined, ...(isHeld ? { patch: { nextAt: now } } : {}) };
}

/** Ends a mail: it was sent, or it is dropped unsent. */
export function endMail(mail: Readonly<Mail>, state: 'SENT' | 'DROPPED'): Decision<undefined> {
  return mail.state === 'QUEUED' ? { answer: undefined, patch: { state, nextAt: null } } : { answer: undefined };
}
