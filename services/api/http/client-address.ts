import type { IncomingMessage } from 'node:http';
import { networkMatcher, parseAddress } from '../../../lib/process/client-address.ts';

/**
 * Finds the address that a request came from: that of the connection, unless it is a trusted proxy; then what
 * X-Forwarded-For says, from the right, as far as each is trusted. Where that is no address, the proxy that passed it on
 * counts: nobody gets around a limit by writing nonsense.
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
