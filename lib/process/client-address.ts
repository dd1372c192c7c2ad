import { BlockList, isIPv4, isIPv6, SocketAddress } from 'node:net';

/** Above the length of any address with zone and port. */
const MAX_TEXT_LENGTH = 120;
const MAX_PORT = 65_535;
/** Groups of 16 bits in the /64 network that one IPv6 client has (RFC 6177, RFC 4291 §2.5.4). */
const IPV6_CLIENT_GROUPS = 4;

/** `[address]` or `[address]:port`; `a.b.c.d:port`. */
const BRACKETED = /^\[([^[\]]+)\](?::(\d{1,5}))?$/;
const IPV4_WITH_PORT = /^([\d.]+):(\d{1,5})$/;
const IPV6_ZONE = /%[\w.~-]+$/;
const IPV4_MAPPED = '::ffff:';

/**
 * Parses an address in the forms that servers and proxies write: with or without port, brackets, IPv6 zone or white
 * space. Returns its canonical form (RFC 5952), with an IPv4-mapped address as IPv4; undefined for other texts.
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
 * The network that counts as one client: an IPv4 address itself; the /64 of an IPv6 address, as a client has all of it.
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

/** Parses an address or a network such as `10.0.0.0/8`; undefined for other texts and for the network of all addresses. */
export function parseNetwork(text: string): Network | undefined {
  const [base = '', given, ...more] = text.trim().split('/');
  if (more.length > 0 || (given !== undefined && !/^\d{1,3}$/.test(given))) return undefined;
  const address = canonical(base);
  if (address === undefined || base.includes('%')) return undefined;
  const [written, own] = [isIPv4(base) ? 32 : 128, isIPv4(address) ? 32 : 128];
  // The first 96 bits of an IPv4-mapped network are constant.
  const prefix = Number(given ?? written) - (written - own);
  return prefix > 0 && prefix <= own ? { address, prefix, family: own === 32 ? 'ipv4' : 'ipv6' } : undefined;
}

/** A test whether a canonical address is in one of the networks. @throws {TypeError} for any other text */
export function networkMatcher(texts: readonly string[]): (address: string) => boolean {
  const networks = new BlockList();
  for (const text of texts) {
    const network = parseNetwork(text);
    if (!network) throw new TypeError(`${text} is not a network`);
    networks.addSubnet(network.address, network.prefix, network.family);
  }
  return (address) =>
    isIPv4(address) ? networks.check(address, 'ipv4') : isIPv6(address) && networks.check(address, 'ipv6');
}
