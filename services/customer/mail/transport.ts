import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import nodemailer from 'nodemailer';
import type { Config } from '../../../lib/config.ts';
import type { Message } from './templates.ts';

/** What is sent to whom. */
export interface Letter extends Message {
  /** Tells a mail that was sent twice, after a crash, from two mails. */
  id: string;
  to: { name: string; address: string };
}

export type Transport = (letter: Letter) => Promise<void>;

/** A server that does not answer for this long, in ms, is given up for now; well below a mail's lease. */
const PATIENCE = 15_000;

/** Sends by SMTP_URL, or writes files that a mail program opens to `dataDir`/outbox-mail. */
export function transportOf({ smtpUrl, mailFrom, dataDir }: Config): Transport {
  return smtpUrl ? smtp(smtpUrl, mailFrom) : files(join(dataDir, 'outbox-mail'), mailFrom);
}

function smtp(url: string, from: string): Transport {
  const patience = { connectionTimeout: PATIENCE, greetingTimeout: PATIENCE, socketTimeout: PATIENCE };
  const transporter = nodemailer.createTransport({ url, ...patience });
  return async ({ id, ...letter }) => {
    await transporter.sendMail({ from, messageId: messageId(id), ...letter });
  };
}

function files(folder: string, from: string): Transport {
  const writer = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
  return async ({ id, ...letter }) => {
    const { message } = await writer.sendMail({ from, messageId: messageId(id), ...letter });
    await mkdir(folder, { recursive: true });
    // By its id: sent again after a crash, it is the same file.
    const file = join(folder, `${id.replaceAll(':', '-')}.eml`);
    const fresh = await open(`${file}.new`, 'w', 0o600);
    try {
      await fresh.writeFile(message as Buffer);
      await fresh.sync();
    } finally {
      await fresh.close();
    }
    await rename(`${file}.new`, file);
  };
}

const messageId = (id: string) => `<${id.replaceAll(':', '.')}@shop>`;
