import type { IncomingMessage } from 'node:http';
import proxyAddr from 'proxy-addr';

/**
 * Finds the address that a request came from: that of the connection, unless it is a proxy which is trusted; then what
 * X-Forwarded-For says, from the right, as far as each is trusted. What others send there is not believed.
 * @param trustedProxies addresses and networks
 */
export function clientAddress(trustedProxies: readonly string[]): (req: IncomingMessage) => string {
  const trusts = trustedProxies.length === 0 ? undefined : proxyAddr.compile([...trustedProxies]);
  return (req) => plain((trusts ? proxyAddr(req, trusts) : req.socket.remoteAddress) ?? '');
}

/** One address has one form, however the server listens. */
const plain = (address: string): string => (address.startsWith('::ffff:') ? address.slice(7) : address);
