import { BlockList, isIPv4, isIPv6, SocketAddress } from 'node:net';

/** Longer than any address with zone and port. */
const MAX_TEXT_LENGTH = 120;
const MAX_PORT = 65_535;
/** Bits of the network that one IPv6 client has to itself (RFC 6177, RFC 4291 §2.5.4). */
const IPV6_CLIENT_GROUPS = 4;

/** `[address]` or `[address]:port`; `a.b.c.d:port`. */
const BRACKETED = /^\[([^[\]]+)\](?::(\d{1,5}))?$/;
const IPV4_WITH_PORT = /^([\d.]+):(\d{1,5})$/;
const IPV6_ZONE = /%[\w.~-]+$/;
const IPV4_MAPPED = '::ffff:';

/**
 * Reads one address as servers and proxies write it: with or without port, brackets, an IPv6 zone or white space around.
 * Returns its canonical form (RFC 5952), an IPv4-mapped one as IPv4, or undefined for what is no address.
 */
export function parseAddress(text: string): string | undefined {
  const given = text.trim();
  if (given.length > MAX_TEXT_LENGTH) return undefined;
  const [, address = given, port = '0'] = BRACKETED.exec(given) ?? IPV4_WITH_PORT.exec(given) ?? [];
  return Number(port) > MAX_PORT ? undefined : canonical(address);
}

function canonical(address: string): string | undefined {
  if (isIPv4(address)) return address;
  const unzoned = address.replace(IPV6_ZONE, '');
  if (!isIPv6(unzoned)) return undefined;
  const short = new SocketAddress({ address: unzoned, family: 'ipv6' }).address;
  const mapped = short.startsWith(IPV4_MAPPED) ? short.slice(IPV4_MAPPED.length) : '';
  return isIPv4(mapped) ? mapped : short;
}

/**
 * The network that counts as one client: an IPv4 address itself, an IPv6 address' /64, of which a client has all.
 * @param address in canonical form; other texts are returned as they are
 */
export function clientNetwork(address: string): string {
  if (!isIPv6(address)) return address;
  const [left = [], right = []] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  return `${[...left, ...zeros, ...right].slice(0, IPV6_CLIENT_GROUPS).join(':')}::/64`;
}

interface Network {
  address: string;
  prefix: number;
  family: 'ipv4' | 'ipv6';
}

/** An address or a network such as `10.0.0.0/8`; undefined for what is none, and for the network of all addresses. */
export function parseNetwork(text: string): Network | undefined {
  const [base = '', given, ...more] = text.trim().split('/');
  if (more.length > 0 || (given !== undefined && !/^\d{1,3}$/.test(given))) return undefined;
  const address = canonical(base);
  if (address === undefined || base.includes('%')) return undefined;
  const [written, own] = [isIPv4(base) ? 32 : 128, isIPv4(address) ? 32 : 128];
  // Of an IPv4-mapped network the first 96 bits are always the same.
  const prefix = Number(given ?? written) - (written - own);
  return prefix > 0 && prefix <= own ? { address, prefix, family: own === 32 ? 'ipv4' : 'ipv6' } : undefined;
}

/** Whether an address in canonical form is in one of the networks. @throws {TypeError} for a text that names none */
export function networkMatcher(texts: readonly string[]): (address: string) => boolean {
  const networks = new BlockList();
  for (const text of texts) {
    const network = parseNetwork(text);
    if (!network) throw new TypeError(`${text} is no network`);
    networks.addSubnet(network.address, network.prefix, network.family);
  }
  return (address) =>
    isIPv4(address) ? networks.check(address, 'ipv4') : isIPv6(address) && networks.check(address, 'ipv6');
}
