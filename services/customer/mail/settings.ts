import type { Config } from '../../../lib/process/config.ts';
import { StartError } from '../../../lib/process/start-error.ts';

type MailSettings = Pick<Config, 'production' | 'natsUrl' | 'port' | 'publicUrl' | 'smtpUrl' | 'mailToFiles'>;

/**
 * The URL that links in mails begin with. Production and clusters must set it, and where mails go: customers cannot follow
 * a link to this machine, and a mail in a file of one container never reaches them and is not found by an erasure that
 * runs on another node.
 * @throws {StartError} naming the missing setting
 */
export function mailSettingsOf({ production, natsUrl, port, publicUrl, smtpUrl, mailToFiles }: MailSettings): {
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
