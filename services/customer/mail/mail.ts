import type { Params } from '../../../lib/contract/contract.ts';
import type { DueQueue } from '../../../mixins/due-work/queue.ts';
import { RETRY_POLICY } from '../../../mixins/due-work/schedule.ts';
import type { Decision } from '../../../mixins/store/changes.ts';

export type MailRequest = Params<'mail.queue'>;

/** A mail on its way; its id keeps one event from becoming two mails. */
export interface Mail {
  _id: string;
  rev: number;
  request: MailRequest;
  state: 'QUEUED' | 'SENT' | 'PARKED' | 'DROPPED';
  failures: number;
  /** Pauses in a row; as many as failures on mails from before outages were counted apart. */
  attempts?: number;
  error?: string;
  parkedAt?: Date | null;
  /** When it is tried; null once there is nothing left to do. Whoever claims it has it until then. */
  nextAt: Date | null;
  createdAt: Date;
}

export const mailQueue: DueQueue<Mail> = {
  name: 'mails',
  policy: {
    ...RETRY_POLICY,
    // Above what sending takes before it is given up (transport.ts): nobody sends a mail that somebody else still sends.
    leaseMs: 60_000,
    maxFaultPauseMs: 600_000,
    // As long as mail servers keep theirs (RFC 5321 §4.5.4.1).
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

/** @param claimed whoever queues it sends it at once, and has it for as long as sending may take */
export function newMail(request: MailRequest, now: Date, claimed = false): Omit<Mail, 'rev'> {
  const nextAt = claimed ? new Date(+now + mailQueue.policy.leaseMs) : now;
  return { _id: request.id, request, state: 'QUEUED', failures: 0, nextAt, createdAt: now };
}

/** It was sent, or there is nobody left to send it to. */
export function ended(mail: Readonly<Mail>, state: 'SENT' | 'DROPPED'): Decision<undefined> {
  return mail.state === 'QUEUED' ? { answer: undefined, patch: { state, nextAt: null } } : { answer: undefined };
}
