import { access, constants, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import nodemailer from 'nodemailer';
import { type Config, StartError } from '../../../lib/config.ts';
import type { Message } from './layout.ts';

/** What is sent to whom. */
export interface Letter extends Message {
  /** Tells a mail that was sent twice, after a crash, from two mails. */
  id: string;
  /** The name is empty while nobody has proven that the address is theirs. */
  to: { name: string; address: string };
}

export type Transport = (letter: Letter) => Promise<void>;

/** How long a mail may take to be sent, all in all, in ms; then it is given up for now. Well below a mail's lease. */
const PATIENCE = 20_000;

/** Sends by SMTP_URL, or writes files that a mail program opens to `dataDir`/outbox-mail. */
export function transportOf(
  { smtpUrl, mailFrom, dataDir }: Pick<Config, 'smtpUrl' | 'mailFrom' | 'dataDir'>,
  patience = PATIENCE,
): Transport {
  return smtpUrl ? smtp(smtpUrl, mailFrom, patience) : files(join(dataDir, 'outbox-mail'), mailFrom);
}

function smtp(url: string, from: string, patience: number): Transport {
  // Each mail has a connection of its own: a pool sends again by itself what a lost connection may have delivered.
  const transporter = nodemailer.createTransport({ url });
  return async (letter) => {
    // nodemailer's own limits are for each answer of the server, and a slow one gives a dozen.
    await transporter.sendMail({ ...envelope(letter, from), signal: AbortSignal.timeout(patience) });
  };
}

function files(folder: string, from: string): Transport {
  const writer = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
  return async (letter) => {
    const { message } = await writer.sendMail(envelope(letter, from));
    await mkdir(folder, { recursive: true });
    // By its id: sent again after a crash, it is the same file.
    const file = join(folder, fileOf(letter.id));
    await writeFile(`${file}.new`, message as Buffer, { mode: 0o600 });
    await rename(`${file}.new`, file);
  };
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
