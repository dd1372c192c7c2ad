import { Agent, request } from 'node:http';
import { Shopper } from '../../test/support/shop.ts';
import { RunResources } from './run-resources.ts';
import { startEmbedded } from './targets.ts';

export interface ShopProcess {
  /** Registers accounts in turn. @returns their e-mail addresses */
  register(count: number): Promise<string[]>;
  /** Sends a request from a client address that was not used before. @returns the time to the answer, in ms */
  timed(path: string, body: object, status: number): Promise<number>;
  stop(): Promise<void>;
}

/** The shop in a separate process, which trusts our X-Forwarded-For: rate limits do not apply to ever new addresses. */
export async function startShopProcess(): Promise<ShopProcess> {
  const resources = new RunResources();
  const { url, output } = await resources.use(startEmbedded(resources.folder, { TRUSTED_PROXIES: '127.0.0.1' }));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let clients = 0;

  const timed = (path: string, body: object, status: number) =>
    new Promise<number>((resolve, reject) => {
      clients += 1;
      const address = `10.${clients >> 16}.${(clients >> 8) & 255}.${clients & 255}`;
      const text = JSON.stringify(body);
      const begun = performance.now();
      const sent = request(
        url + path,
        {
          agent,
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(text),
            'x-forwarded-for': address,
          },
        },
        (answer) => {
          const took = performance.now() - begun;
          answer.resume();
          answer.once('end', () => {
            if (answer.statusCode === status) resolve(took);
            else reject(new Error(`${path} answered ${answer.statusCode}:\n${output().slice(-2000)}`));
          });
        },
      );
      sent.once('error', reject);
      sent.end(text);
    });

  return {
    timed,
    async register(count) {
      const emails: string[] = [];
      for (let n = 0; n < count; n++) emails.push((await Shopper.at(url)).email);
      return emails;
    },
    async stop() {
      agent.destroy();
      await resources.clear();
    },
  };
}
