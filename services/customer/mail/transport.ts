import { access, constants, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import nodemailer from 'nodemailer';
import type { BreakerSettings } from '../../../lib/cluster/breaker-settings.ts';
import type { Config } from '../../../lib/process/config.ts';
import { OutsideBreaker } from '../../../lib/process/outside-breaker.ts';
import { StartError } from '../../../lib/process/start-error.ts';
import { errors } from '../../shared/problems.ts';
import { emlOf } from './eml.ts';
import type { Message } from './layout.ts';
import { isSmtpOutage } from './smtp-outage.ts';

interface OutgoingMail extends Message {
  /** Becomes the Message-ID: a mail that is sent twice after a crash has the same one. */
  id: string;
  /** The name is empty while the address is not verified. */
  to: { name: string; address: string };
}

export interface MailTransport {
  /** @throws unavailable when the mail server is not available; then it has not refused the mail */
  (mail: OutgoingMail): Promise<void>;
  /** Whether the circuit breaker is open: the mail server has failed lately, and is not called now. */
  isAway(): boolean;
  /** Mails that one process sends at a time, as soon as they are queued. */
  concurrency: number;
}

/** Each mail is a connection to the mail server. */
const SMTP_CONCURRENCY = 4;
const FILE_CONCURRENCY = 16;

/** For sending one mail in all; then it counts as an outage. Well below a mail's lease (mail.ts). */
export const SEND_TIMEOUT_MS = 20_000;

/** Sends by SMTP_URL, or without it writes `.eml` files to `dataDir`/outbox-mail. */
export function createMailTransport(
  { smtpUrl, mailFrom, dataDir, circuitBreaker }: Pick<Config, 'smtpUrl' | 'mailFrom' | 'dataDir' | 'circuitBreaker'>,
  timeoutMs = SEND_TIMEOUT_MS,
): MailTransport {
  return smtpUrl
    ? createSmtpTransport(smtpUrl, mailFrom, timeoutMs, circuitBreaker)
    : createFileTransport(mailFolder(dataDir), mailFrom);
}

function createSmtpTransport(url: string, from: string, timeoutMs: number, settings: BreakerSettings): MailTransport {
  const breaker = new OutsideBreaker({ label: 'smtp', name: 'mail server' }, settings, isSmtpOutage);
  // One connection for each mail: a pool would send a mail again when its connection is lost, perhaps after delivery.
  const transporter = nodemailer.createTransport({ url });
  const send = async (mail: OutgoingMail) => {
    try {
      // nodemailer's own timeouts are for each reply of the server, and a mail takes a dozen.
      const sendOnce = () =>
        transporter.sendMail({ ...toNodemailer(mail, from), signal: AbortSignal.timeout(timeoutMs) });
      await breaker.run(sendOnce);
    } catch (error) {
      if (!isSmtpOutage(error)) throw error;
      throw Object.assign(errors.unavailable(`The mail server is not available: ${(error as Error).message}`), {
        cause: error,
      });
    }
  };
  return Object.assign(send, { isAway: () => breaker.isOpen, concurrency: SMTP_CONCURRENCY });
}

function createFileTransport(folder: string, from: string): MailTransport {
  const write = async (mail: OutgoingMail) => {
    // Named by the id: after a crash the same mail replaces its file.
    const file = join(folder, mailFileName(mail.id));
    const text = emlOf(toNodemailer(mail, from));
    await writeFile(`${file}.new`, text, { mode: 0o600 }).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      await mkdir(folder, { recursive: true });
      await writeFile(`${file}.new`, text, { mode: 0o600 });
    });
    await rename(`${file}.new`, file);
  };
  return Object.assign(write, { isAway: () => false, concurrency: FILE_CONCURRENCY });
}

const mailFolder = (dataDir: string) => join(dataDir, 'outbox-mail');
const mailFileName = (id: string) => `${id.replaceAll(':', '-')}.eml`;

/**
 * Creates the folder of mails, where mails are files.
 * @throws {StartError} when it cannot be written, rather than failing at each mail
 */
export async function prepareMailFolder({ smtpUrl, dataDir }: Pick<Config, 'smtpUrl' | 'dataDir'>): Promise<void> {
  if (smtpUrl) return;
  const folder = mailFolder(dataDir);
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new StartError(`mails cannot be written to ${folder} (${(error as Error).message}): set SMTP_URL`);
  }
}

/** Removes the files of mails, where mails are files. */
export async function removeMailFiles({ dataDir }: Pick<Config, 'dataDir'>, ids: readonly string[]): Promise<void> {
  await Promise.all(ids.map((id) => rm(join(mailFolder(dataDir), mailFileName(id)), { force: true })));
}

/** The mail as nodemailer takes it. */
const toNodemailer = ({ id, ...content }: OutgoingMail, from: string) => ({
  from,
  messageId: `<${id.replaceAll(':', '.')}@${/@([\w.-]+)/.exec(from)?.[1] ?? 'shop'}>`,
  // Stops automatic replies, such as holiday notices (RFC 3834).
  headers: { 'Auto-Submitted': 'auto-generated' },
  ...content,
});
