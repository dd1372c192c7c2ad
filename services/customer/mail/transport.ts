import { access, constants, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import nodemailer from 'nodemailer';
import type { BreakerSettings } from '../../../lib/cluster/breaker-settings.ts';
import type { Config } from '../../../lib/process/config.ts';
import { OutsideBreaker } from '../../../lib/process/outside-breaker.ts';
import { StartError } from '../../../lib/process/start-error.ts';
import { errors } from '../../shared/problems.ts';
import type { Message } from './layout.ts';
import { isSmtpOutage } from './smtp-outage.ts';

/** What is sent to whom. */
interface Letter extends Message {
  /** Tells a mail that was sent twice, after a crash, from two mails. */
  id: string;
  /** The name is empty while nobody has proven that the address is theirs. */
  to: { name: string; address: string };
}

export interface Transport {
  /** @throws unavailable when the mail server is away; it has not refused the mail */
  (letter: Letter): Promise<void>;
  /** The mail server has not answered lately, and is not asked now. */
  isAway(): boolean;
}

/** How long a mail may take to be sent, all in all, in ms; then it is given up for now. Well below a mail's lease. */
const PATIENCE = 20_000;

/** Sends by SMTP_URL, or writes files that a mail program opens to `dataDir`/outbox-mail. */
export function transportOf(
  { smtpUrl, mailFrom, dataDir, circuitBreaker }: Pick<Config, 'smtpUrl' | 'mailFrom' | 'dataDir' | 'circuitBreaker'>,
  patience = PATIENCE,
): Transport {
  return smtpUrl ? smtp(smtpUrl, mailFrom, patience, circuitBreaker) : files(join(dataDir, 'outbox-mail'), mailFrom);
}

function smtp(url: string, from: string, patience: number, settings: BreakerSettings): Transport {
  const breaker = new OutsideBreaker({ label: 'smtp', name: 'mail server' }, settings, isSmtpOutage);
  // Each mail has a connection of its own: a pool sends again by itself what a lost connection may have delivered.
  const transporter = nodemailer.createTransport({ url });
  const send = async (letter: Letter) => {
    try {
      // nodemailer's own limits are for each answer of the server, and a slow one gives a dozen.
      const sent = () => transporter.sendMail({ ...envelope(letter, from), signal: AbortSignal.timeout(patience) });
      await breaker.run(sent);
    } catch (error) {
      if (!isSmtpOutage(error)) throw error;
      throw Object.assign(errors.unavailable(`The mail server is away: ${(error as Error).message}`), { cause: error });
    }
  };
  return Object.assign(send, { isAway: () => breaker.isOpen });
}

function files(folder: string, from: string): Transport {
  const writer = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
  const write = async (letter: Letter) => {
    const { message } = await writer.sendMail(envelope(letter, from));
    await mkdir(folder, { recursive: true });
    // By its id: sent again after a crash, it is the same file.
    const file = join(folder, fileOf(letter.id));
    await writeFile(`${file}.new`, message as Buffer, { mode: 0o600 });
    await rename(`${file}.new`, file);
  };
  return Object.assign(write, { isAway: () => false });
}

const fileOf = (id: string) => `${id.replaceAll(':', '-')}.eml`;

/**
 * Makes the folder for mails, where they are files.
 * @throws {StartError} when it cannot be written: each mail would fail later, one by one
 */
export async function prepareFolder({ smtpUrl, dataDir }: Pick<Config, 'smtpUrl' | 'dataDir'>): Promise<void> {
  if (smtpUrl) return;
  const folder = join(dataDir, 'outbox-mail');
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new StartError(`mails cannot be written to ${folder} (${(error as Error).message}): set SMTP_URL`);
  }
}

/** Removes what was written of mails, where there is no mail server that has them. */
export async function forgetFiles({ dataDir }: Pick<Config, 'dataDir'>, ids: readonly string[]): Promise<void> {
  await Promise.all(ids.map((id) => rm(join(dataDir, 'outbox-mail', fileOf(id)), { force: true })));
}

const envelope = ({ id, ...letter }: Letter, from: string) => ({
  from,
  messageId: `<${id.replaceAll(':', '.')}@${/@([\w.-]+)/.exec(from)?.[1] ?? 'shop'}>`,
  // So that nobody's "I am on holiday" comes back (RFC 3834).
  headers: { 'Auto-Submitted': 'auto-generated' },
  ...letter,
});
