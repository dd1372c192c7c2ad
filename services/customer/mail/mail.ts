import type { Params } from '../../../lib/contract/contract.ts';
import { isOutage } from '../../../lib/process/outage.ts';
import type { Decision } from '../../../mixins/store/changes.ts';

export type MailRequest = Params<'mail.queue'>;

/** A mail on its way; its id keeps one event from becoming two mails. */
export interface Mail {
  _id: string;
  rev: number;
  request: MailRequest;
  state: 'QUEUED' | 'SENT' | 'PARKED' | 'DROPPED';
  failures: number;
  error?: string;
  /** When it is tried; null once there is nothing left to do. Whoever claims it has it until then. */
  nextAt: Date | null;
  createdAt: Date;
}

/** Above what sending takes before it is given up (transport.ts): nobody sends a mail that somebody else still sends. */
export const LEASE = 60_000;
const MOST_FAILURES = 20;
const LONGEST_PAUSE = 600_000;
/** After an outage, which is not the mail's fault and does not count. */
const OUTAGE_PAUSE_MS = 10_000;
/** How long outages may keep a mail: as long as mail servers keep theirs (RFC 5321 §4.5.4.1). */
const OUTAGE_PATIENCE_MS = 5 * 86_400_000;

/** @param claimed whoever queues it sends it at once, and has it for as long as sending may take */
export function newMail(request: MailRequest, now: Date, claimed = false): Omit<Mail, 'rev'> {
  const nextAt = claimed ? new Date(+now + LEASE) : now;
  return { _id: request.id, request, state: 'QUEUED', failures: 0, nextAt, createdAt: now };
}

/** Takes a mail that is due for as long as sending may take. `undefined`: somebody else has it. */
export function claim(mail: Readonly<Mail>, now: Date): Decision<Mail | undefined> {
  if (mail.nextAt === null || mail.nextAt > now) return { answer: undefined };
  const patch = { nextAt: new Date(+now + LEASE) };
  return { answer: { ...mail, ...patch }, patch };
}

/** It was sent, or there is nobody left to send it to. */
export function ended(mail: Readonly<Mail>, state: 'SENT' | 'DROPPED'): Decision<undefined> {
  return mail.state === 'QUEUED' ? { answer: undefined, patch: { state, nextAt: null } } : { answer: undefined };
}

/**
 * It could not be sent: again later, and after many times only when an operator says so. Nothing happens when the
 * lease that `claimed` took has run out since and somebody else sends the mail.
 */
export function failed(mail: Readonly<Mail>, claimed: Mail, cause: unknown, now: Date): Decision<undefined> {
  if (mail.state !== 'QUEUED' || mail.nextAt?.getTime() !== claimed.nextAt?.getTime()) return { answer: undefined };
  const error = String(cause).slice(0, 500);
  const isWaiting = isOutage(cause) && +now - +mail.createdAt < OUTAGE_PATIENCE_MS;
  if (isWaiting) return { answer: undefined, patch: { error, nextAt: new Date(+now + OUTAGE_PAUSE_MS) } };
  const failures = mail.failures + 1;
  if (failures >= MOST_FAILURES || isOutage(cause))
    return { answer: undefined, patch: { failures, error, state: 'PARKED', nextAt: null } };
  const pause = Math.min(1000 * 2 ** mail.failures, LONGEST_PAUSE);
  return { answer: undefined, patch: { failures, error, nextAt: new Date(+now + pause) } };
}

/** Tries a parked mail again. */
export function replayed(mail: Readonly<Mail>, now: Date): Decision<undefined> {
  if (mail.state !== 'PARKED') return { answer: undefined };
  return { answer: undefined, patch: { state: 'QUEUED', failures: 0, nextAt: now } };
}
