import type { IncomingMessage } from 'node:http';
import { networkMatcher, parseAddress } from '../../../lib/process/client-address.ts';

/**
 * Finds the address of the client: the peer of the connection or, behind trusted proxies, the rightmost address of
 * X-Forwarded-For that is not a trusted proxy. A proxy that passed on no valid address counts as the client, so that
 * invalid text does not get around a limit.
 * @param trustedProxies addresses and networks
 */
export function clientAddress(trustedProxies: readonly string[]): (req: IncomingMessage) => string {
  const isTrusted = networkMatcher(trustedProxies);
  return ({ socket, headers }) => {
    let client = parseAddress(socket.remoteAddress ?? '') ?? '';
    if (!isTrusted(client)) return client;
    // Node joins several headers of this name by commas; a list may have empty elements (RFC 9110 §5.6.1.2).
    const hops = String(headers['x-forwarded-for'] ?? '').split(',');
    for (const hop of hops.filter((text) => text.trim() !== '').toReversed()) {
      const address = parseAddress(hop);
      if (address === undefined) return client;
      client = address;
      if (!isTrusted(client)) return client;
    }
    return client;
  };
}
