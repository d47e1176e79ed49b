import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createOAuthProvider } from '../../src/server/connectors/oauth/oauth-provider.ts';
import { createGuardedOutbound } from '../../src/server/platform/address-guard.ts';
import { createTools } from './support/tools.ts';

let calls = 0;
const inside = createServer((_request, response) => {
  calls += 1;
  response.end();
});
const outside = createGuardedOutbound();
const tools = createTools('acme');

beforeAll(() => new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve)));
afterAll(async () => {
  await Promise.all([outside.close(), tools.close()]);
  inside.close();
});

const provider = createOAuthProvider(
  {
    id: 'acme',
    name: 'Acme',
    authorization_endpoint: 'https://acme.example/a',
    token_endpoint: 'https://acme.example/t',
    userinfo_endpoint: 'https://acme.example/u',
    client_id: 'c',
    client_secret: 's',
    scopes: 'openid',
    pkce: true,
    token_auth: 'basic',
    account: { id: '/sub', name: '/name', avatar: '/picture' },
  },
  outside,
);

test.each([
  () => `http://127.0.0.1:${(inside.address() as AddressInfo).port}/`,
  () => `http://localhost:${(inside.address() as AddressInfo).port}/`,
  () => 'https://127.0.0.1/',
  () => 'https://10.0.0.1/picture.png',
  () => 'https://[::1]/',
  () => 'https://169.254.169.254/latest/meta-data',
  () => 'https://user:pass@example.com/',
  () => 'file:///etc/passwd',
  () => 'no address',
])('an address of an account that leads inside is never called: %#', async (address) => {
  const account = { externalId: '1', avatarUrl: address() };
  expect(await provider.findPicture?.(tools, {}, account)).toBeUndefined();
  expect(calls).toBe(0);
});
