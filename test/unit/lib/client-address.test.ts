import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { clientNetwork, networkMatcher, parseAddress, parseNetwork } from '../../../lib/process/client-address.ts';
import { clientAddress } from '../../../services/api/http/client-address.ts';
import { anyText } from '../../support/any-text.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);

describe('an address', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:443', '192.0.2.1'],
    [' \t192.0.2.1 ', '192.0.2.1'],
    ['[192.0.2.1]:80', '192.0.2.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:0db8::0001]:65535', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%25eth0.1]:80', 'fe80::1'],
    ['[fe80::1%eth0.1]:80', 'fe80::1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['[::ffff:192.0.2.1]:8080', '192.0.2.1'],
    ['::', '::'],
  ])('%j is %s', (text, address) => expect(parseAddress(text)).toBe(address));

  test.each([
    ...[
      '',
      ' ',
      'unknown',
      '_hidden',
      'localhost',
      '192.0.2',
      '192.0.2.256',
      '192.0.2.1.1',
      '0192.0.2.1',
      '192.0.2.1/24',
    ],
    ...['192.0.2.1:', '192.0.2.1:x', '192.0.2.1:65536', '192.0.2.1:-1', '192.0.2.1%eth0', '0x7f.1', '2130706433'],
    ...[
      '[192.0.2.1',
      '192.0.2.1]',
      '[[::1]]',
      '[]',
      '[]:80',
      '[::1]80',
      '::1::',
      '1:2:3:4:5:6:7:8:9',
      'fe80::1%',
      ':::',
    ],
    ...[
      '"192.0.2.1"',
      'for=192.0.2.1',
      '192.0.2.1\0',
      '１９２.0.2.1',
      '192.0.2.1, 192.0.2.2',
      `${'1'.repeat(200)}.1.1.1`,
    ],
  ])('%j is none', (text) => expect(parseAddress(text)).toBeUndefined());

  const ports = fc.option(fc.nat({ max: 65_535 }), { nil: undefined });
  const spaces = fc.constantFrom('', ' ', '\t ');
  const withPort = (address: string, port: number | undefined) => (port === undefined ? address : `${address}:${port}`);

  test('of IPv4 is the same however it is written', () => {
    const check = fc.property(fc.ipV4(), ports, spaces, (address, port, space) => {
      const hex = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
      const mapped = [`::ffff:${address}`, `::FFFF:${hex[0]}${hex[1]}:${hex[2]}${hex[3]}`, `0:0:0:0:0:ffff:${address}`];
      const written = [withPort(address, port), ...mapped, ...mapped.map((one) => withPort(`[${one}]`, port))];
      for (const text of written) expect([text, parseAddress(space + text + space)]).toEqual([text, address]);
    });
    fc.assert(check, { seed });
  });

  test('of IPv6 is the same however it is written, and its network is that of all addresses of the client', () => {
    const groups = fc.array(fc.nat({ max: 0xffff }), { minLength: 8, maxLength: 8 });
    const zones = fc.constantFrom('', '%eth0', '%1');
    const check = fc.property(groups, groups, ports, zones, spaces, (own, others, port, zone, space) => {
      fc.pre(!own.slice(0, 5).every((group) => group === 0));
      const full = own.map((group) => group.toString(16).padStart(4, '0')).join(':');
      const short = own.map((group) => group.toString(16).toUpperCase()).join(':');
      const canonical = parseAddress(full);
      expect(canonical).toBeDefined();
      for (const text of [full, short, canonical ?? '']) {
        for (const one of [text + zone, withPort(`[${text}${zone}]`, port)]) {
          expect([one, parseAddress(space + one + space)]).toEqual([one, canonical]);
        }
      }
      const neighbour = [...own.slice(0, 4), ...others.slice(4)].map((group) => group.toString(16)).join(':');
      expect(clientNetwork(parseAddress(neighbour) ?? '')).toBe(clientNetwork(canonical ?? ''));
    });
    fc.assert(check, { seed });
  });

  test('is either none or in a form that is read again as itself, whatever is sent', () => {
    const mess = fc.stringMatching(/^[\da-f:.[\]% ,x"]{0,40}$/);
    const check = fc.property(fc.oneof(mess, anyText(), fc.ipV4Extended(), fc.ipV6()), (text) => {
      const address = parseAddress(text);
      if (address !== undefined) expect(parseAddress(address)).toBe(address);
    });
    fc.assert(check, { seed, numRuns: 2000 });
  });
});

describe('the network of a client', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['', ''],
  ])('of %s is %s', (address, network) => expect(clientNetwork(address)).toBe(network));
});

describe('a network', () => {
  test.each([
    ['10.0.0.0/8', { address: '10.0.0.0', prefix: 8, family: 'ipv4' }],
    ['10.1.2.3', { address: '10.1.2.3', prefix: 32, family: 'ipv4' }],
    ['::1', { address: '::1', prefix: 128, family: 'ipv6' }],
    ['FD00::/8', { address: 'fd00::', prefix: 8, family: 'ipv6' }],
    ['::ffff:10.0.0.0/104', { address: '10.0.0.0', prefix: 8, family: 'ipv4' }],
    ['::ffff:10.0.0.1', { address: '10.0.0.1', prefix: 32, family: 'ipv4' }],
  ])('%s is read', (text, network) => expect(parseNetwork(text)).toEqual(network));

  test.each([
    ...['', '10', '10.0.0', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/0', '::/0', '::/129', '10.0.0.0/8/8', '10.0.0.0/-1'],
    ...[
      '10.0.0.0/255.0.0.0',
      '10.0.0.1:80',
      '[::1]',
      'fe80::1%eth0',
      'fe80::%eth0/10',
      '::ffff:10.0.0.0/96',
      'loopback',
    ],
  ])('%s is none', (text) => {
    expect(parseNetwork(text)).toBeUndefined();
    expect(() => networkMatcher([text])).toThrow(TypeError);
  });
});

describe('the client behind proxies', () => {
  const from = (
    remoteAddress: string | undefined,
    forwarded: string | undefined,
    trusted = ['10.0.0.0/8', 'fd00::/8'],
  ) =>
    clientAddress(trusted)({
      socket: { remoteAddress },
      headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
    } as unknown as IncomingMessage);

  test.each([
    ['a peer that is no proxy', '192.0.2.9', '203.0.113.1', '192.0.2.9'],
    ['a proxy that says nothing', '10.0.0.1', undefined, '10.0.0.1'],
    ['an empty header', '10.0.0.1', ' , ,', '10.0.0.1'],
    ['one hop', '10.0.0.1', '203.0.113.1', '203.0.113.1'],
    ['a proxy at a mapped address', '::ffff:10.0.0.1', '203.0.113.1', '203.0.113.1'],
    ['a proxy with a zone', 'fd00::1%eth0', '203.0.113.1', '203.0.113.1'],
    ['hops of trusted proxies', '10.0.0.1', '203.0.113.1, 10.0.0.3,10.0.0.2:80', '203.0.113.1'],
    ['trusted proxies alone', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['what the client made up', '10.0.0.1', '198.51.100.1, 203.0.113.1', '203.0.113.1'],
    ['nonsense', '10.0.0.1', 'unknown', '10.0.0.1'],
    ['nonsense of the last proxy', '10.0.0.1', '198.51.100.1, nonsense, 10.0.0.2', '10.0.0.2'],
    ['nonsense that the client made up', '10.0.0.1', 'nonsense, 203.0.113.1:4711', '203.0.113.1'],
    ['an address with a port', '10.0.0.1', '[2001:db8::1]:4711', '2001:db8::1'],
    ['no connection any more', undefined, '203.0.113.1', ''],
  ])('for %s', (_name, peer, forwarded, client) => expect(from(peer, forwarded)).toBe(client));

  test('without trusted proxies is the peer, in one form', () => {
    expect(from('::ffff:192.0.2.1', '203.0.113.1', [])).toBe('192.0.2.1');
  });

  test('is an address or the proxy, whatever a client sends', () => {
    const check = fc.property(anyText(), fc.ipV4(), (sent, address) => {
      fc.pre(!address.startsWith('10.'));
      // The proxy appends what it has seen.
      expect(from('10.0.0.1', `${sent}, ${address}:80`)).toBe(address);
      const client = from('10.0.0.1', sent);
      expect(parseAddress(client)).toBe(client);
    });
    fc.assert(check, { seed });
  });
});
