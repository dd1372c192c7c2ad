import type { Config } from '../../../lib/process/config.ts';
import { StartError } from '../../../lib/process/start-error.ts';

type Source = Pick<Config, 'production' | 'natsUrl' | 'port' | 'publicUrl' | 'smtpUrl' | 'mailToFiles'>;

/**
 * The address that links in mails begin with. Production and clusters have no default for it, nor for where mails go:
 * a link to this machine is a dead end for customers, and a mail in a file of one container never reaches them and
 * outlives the erasure that runs on another node.
 * @throws {StartError} naming the setting that is missing
 */
export function mailSettingsOf({ production, natsUrl, port, publicUrl, smtpUrl, mailToFiles }: Source): {
  publicUrl: string;
} {
  if (!production && !natsUrl) return { publicUrl: publicUrl ?? `http://127.0.0.1:${port}` };
  const where = production ? 'production' : 'a cluster';
  if (!smtpUrl && !mailToFiles) {
    throw new StartError(
      `SMTP_URL is not set: ${where} needs a mail server, or MAIL=file where all customer nodes share DATA_DIR/outbox-mail`,
    );
  }
  if (!publicUrl) {
    throw new StartError(
      `PUBLIC_URL is not set: ${where} needs the address where customers reach the shop, such as https://shop.example.com`,
    );
  }
  return { publicUrl };
}
