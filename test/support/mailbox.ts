import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from './shop.ts';

/** What the shop has mailed, as it writes it where there is no mail server. */
export class Mailbox {
  readonly #folder: string;

  constructor(dataDir: string) {
    this.#folder = join(dataDir, 'outbox-mail');
  }

  /** Mails of one kind to an address, as they are now. */
  async to(address: string, kind: string): Promise<string[]> {
    const files = await readdir(this.#folder).catch(() => []);
    const own = files.filter((name) => name.startsWith(`${kind}-`) && name.endsWith('.eml'));
    const mails = await Promise.all(own.map((name) => readFile(join(this.#folder, name), 'utf8')));
    return mails.filter((mail) => new RegExp(`^To: .*<?${address.replaceAll('.', '\\.')}>?$`, 'm').test(mail));
  }

  /** The links in the mails of a kind to an address, in no order; waits until there are so many. */
  async links(address: string, kind: string, many = 1): Promise<string[]> {
    const mails = await eventually(
      () => this.to(address, kind),
      (found) => found.length >= many,
    );
    // As quoted-printable has it (RFC 2045 §6.7).
    const texts = mails.map((mail) => mail.replaceAll(/=\r?\n/g, '').replaceAll('=3D', '='));
    return texts.map((text) => /https?:\S+#token=[\w.-]+(?:&order=\w+)?/.exec(text)?.[0] ?? '');
  }

  /** The tokens of those links. */
  async tokens(address: string, kind: string, many = 1): Promise<string[]> {
    return (await this.links(address, kind, many)).map((link) => link.slice(link.indexOf('#token=') + 7));
  }

  /** As `tokens`, of the only mail. */
  async token(address: string, kind: string): Promise<string> {
    const [token = ''] = await this.tokens(address, kind);
    return token;
  }
}

/** A mail's text, as quoted-printable has it (RFC 2045 §6.7). */
export function decoded(mail: string): string {
  const bytes = mail
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/=([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
