import { createServer, type Server } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import {
  createGuardedOutbound,
  guardLookup,
  isPublicAddress,
} from '../../src/server/platform/address-guard.ts';

describe('an address', () => {
  test.each([
    '8.8.8.8',
    '1.1.1.1',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '169.253.1.1',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2a00:1450:4001:81b::200e',
    '::ffff:8.8.8.8',
    '::ffff:808:808',
    '[2606:4700:4700::1111]',
  ])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test.each([
    ['0.0.0.0', 'this host'],
    ['0.1.2.3', 'this network'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'shared by carriers'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['169.254.169.254', 'metadata of the clouds'],
    ['169.254.170.2', 'metadata of containers'],
    ['192.0.0.192', 'metadata of a cloud'],
    ['192.0.2.1', 'documentation'],
    ['198.51.100.1', 'documentation'],
    ['203.0.113.1', 'documentation'],
    ['192.88.99.1', 'relays'],
    ['198.18.0.1', 'benchmarks'],
    ['224.0.0.1', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['[::1]', 'loopback in brackets'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local with a zone'],
    ['fec0::1', 'site-local'],
    ['fc00::1', 'unique local'],
    ['fd00:ec2::254', 'metadata of a cloud'],
    ['ff02::1', 'multicast'],
    ['2001:db8::1', 'documentation'],
    ['3fff::1', 'documentation'],
    ['2001::1', 'Teredo'],
    ['2002:a00:1::', '6to4 around a private address'],
    ['64:ff9b::a00:1', 'NAT64 around a private address'],
    ['64:ff9b:1::1', 'local NAT64'],
    ['100::1', 'discarded'],
    ['::ffff:10.0.0.1', 'private, mapped'],
    ['::ffff:a00:1', 'private, mapped, in hex'],
    ['0:0:0:0:0:ffff:7f00:1', 'loopback, mapped, in full'],
    ['::ffff:169.254.169.254', 'metadata, mapped'],
    ['::127.0.0.1', 'loopback, compatible'],
    ['localhost', 'a name'],
    ['', 'nothing'],
    ['0x7f.1', 'no address in this notation'],
  ])('%s is not public (%s)', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

/** A resolver with this answer, which counts how often it was asked. */
function resolver(...addresses: string[]) {
  const asked: string[] = [];
  const lookup: LookupFunction = (hostname, _options, callback) => {
    asked.push(hostname);
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    callback(null, found);
  };
  return { lookup, asked };
}

function look(lookup: LookupFunction, all: boolean): Promise<unknown> {
  return new Promise((resolve, reject) => {
    lookup('name.example', { all }, (error, address, family) => {
      if (error) reject(error);
      else resolve(all ? address : [address, family]);
    });
  });
}

describe('a name', () => {
  test('that is public all over is resolved in either form', async () => {
    const guarded = guardLookup(resolver('8.8.8.8', '2606:4700::1').lookup);
    await expect(look(guarded, false)).resolves.toEqual(['8.8.8.8', 4]);
    await expect(look(guarded, true)).resolves.toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700::1', family: 6 },
    ]);
  });

  test.each([
    ['points inside', ['10.0.0.5']],
    ['points inside with one address of two', ['8.8.8.8', '127.0.0.1']],
    ['points nowhere', []],
  ])('that %s is refused', async (_what, addresses) => {
    const guarded = guardLookup(resolver(...addresses).lookup);
    await expect(look(guarded, false)).rejects.toMatchObject({ code: 'ERR_ADDRESS_REFUSED' });
  });
});

describe('a call to an address an admin typed', () => {
  let server: Server;
  let port: number;
  let hits: number;
  let redirectTo: string | undefined;

  beforeEach(async () => {
    hits = 0;
    redirectTo = undefined;
    server = createServer((_request, response) => {
      hits += 1;
      if (redirectTo === undefined) response.end('{}');
      else response.writeHead(302, { location: redirectTo }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterEach(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });

  test.each([
    'https://127.0.0.1:PORT/',
    'https://[::1]:PORT/',
    'https://[::ffff:127.0.0.1]:PORT/',
    'https://2130706433:PORT/',
    'https://0x7f000001:PORT/',
    'https://0177.0.0.1:PORT/',
    'https://127.1:PORT/',
    'https://localhost:PORT/',
    'https://inside.example:PORT/',
    'https://intranet:PORT/',
    'http://public.example:PORT/',
    'https://user:password@public.example:PORT/',
    'ftp://public.example:PORT/',
    'no address at all',
  ])('refuses %s before anything is sent', async (template) => {
    const outbound = createGuardedOutbound({ lookup: resolver('127.0.0.1').lookup });
    const outcome = outbound.send({ url: template.replace('PORT', String(port)) });
    await expect(outcome).rejects.toMatchObject({ reason: 'refused_address' });
    expect(hits).toBe(0);
    await outbound.close();
  });

  test('connects to what was checked, asking the resolver once', async () => {
    const { lookup, asked } = resolver('127.0.0.1');
    const outbound = createGuardedOutbound({ allowHosts: ['inside.example'], lookup });
    const answer = await outbound.send({ url: `http://inside.example:${port}/` });
    expect(answer.status).toBe(200);
    expect(asked).toEqual(['inside.example']);
    await outbound.close();
  });

  test('allows what the operator allowed and nothing beside it', async () => {
    const { lookup } = resolver('127.0.0.1');
    const outbound = createGuardedOutbound({ allowHosts: ['127.0.0.1'], lookup });
    await expect(outbound.send({ url: `http://127.0.0.1:${port}/` })).resolves.toMatchObject({
      status: 200,
    });
    const beside = outbound.send({ url: `https://inside.example:${port}/` });
    await expect(beside).rejects.toMatchObject({ reason: 'refused_address' });
    await outbound.close();
  });

  test('does not follow a redirect to the inside', async () => {
    redirectTo = `http://127.0.0.1:${port}/secret`;
    const { lookup } = resolver('127.0.0.1');
    const outbound = createGuardedOutbound({ allowHosts: ['inside.example'], lookup });
    const answer = await outbound.send({ url: `http://inside.example:${port}/` });
    expect(answer.status).toBe(302);
    expect(hits).toBe(1);
    await outbound.close();
  });
});
