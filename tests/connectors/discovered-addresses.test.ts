import type { Outside } from '../../src/server/connectors/connector.ts';
import { createOAuthProvider } from '../../src/server/connectors/oauth/oauth-provider.ts';
import { createGuardedOutbound } from '../../src/server/platform/address-guard.ts';
import { type OddProvider, startOddProvider } from './support/odd-provider.ts';
import { createTools, type TestTools } from './support/tools.ts';

const MEMBERS = [
  'authorization_endpoint',
  'token_endpoint',
  'userinfo_endpoint',
  'revocation_endpoint',
] as const;

describe('an address that only the discovery document names', () => {
  let odd: OddProvider;
  let tools: TestTools;

  beforeAll(async () => {
    odd = await startOddProvider();
  });
  beforeEach(() => {
    tools = createTools('odd');
  });
  afterEach(() => tools.close());
  afterAll(() => odd.close());

  /** A guard whose resolver knows one answer. It remembers what it was asked to call. */
  function guard(address: string) {
    const called: string[] = [];
    const { send, stream } = createGuardedOutbound({
      lookup: (_name, options, callback) =>
        options.all ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4),
    });
    const outside: Outside = {
      send: (request) => {
        called.push(String(request.url));
        return send(request);
      },
      stream,
    };
    return { outside, called };
  }

  test.each([
    'http://127.0.0.1:9/x',
    'http://localhost:9/x',
    'https://127.0.0.1/x',
    'https://idp.localhost/x',
    'https://10.0.0.1/x',
    'https://192.168.1.1/x',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/x',
    'https://[::ffff:10.0.0.1]/x',
    'https://[fd00::1]/x',
    'https://metadata/x',
    'https://user:word@idp.example/x',
    'http://idp.example/x',
    'file:///etc/passwd',
    'nonsense',
  ])('is refused when it is %s', async (address) => {
    const { outside, called } = guard('8.8.8.8');
    for (const member of MEMBERS) {
      odd.be({ discovery: { [member]: address } });
      const begun = createOAuthProvider(odd.openId(), outside).begin(tools, 's');
      await expect(begun).rejects.toMatchObject({ failure: 'misconfigured' });
    }
    expect(called).toEqual([]);
  });

  test.each(['10.0.0.5', '127.0.0.1', '169.254.169.254'])(
    'gets no secret when its name leads to %s',
    async (address) => {
      const { outside, called } = guard(address);
      odd.be({ discovery: { token_endpoint: 'https://idp.example/token' } });
      const connector = createOAuthProvider(odd.openId(), outside);
      const { session } = await connector.begin(tools, 's');
      const finished = connector.finish(tools, session, new URLSearchParams({ code: 'c' }));
      await expect(finished).rejects.toMatchObject({ failure: 'misconfigured' });
      expect(called).toEqual(['https://idp.example/token']);
    },
  );

  test('is the operator’s word when it is at a server they named', async () => {
    const { outside, called } = guard('8.8.8.8');
    odd.be({});
    const begun = createOAuthProvider(odd.openId(), outside).begin(tools, 's');
    await expect(begun).resolves.toMatchObject({ authorizeUrl: expect.stringContaining(odd.url) });
    const inside = { token_endpoint: 'https://10.0.0.1/token' };
    odd.be({ discovery: { revocation_endpoint: 'https://10.0.0.1/revoke' } });
    const named = createOAuthProvider(odd.openId(inside), outside).begin(tools, 's');
    await expect(named).resolves.toMatchObject({ authorizeUrl: expect.anything() });
    expect(called).toEqual([]);
  });

  test('may be on this machine in development, where the provider is', async () => {
    odd.be({ discovery: { token_endpoint: 'http://127.0.0.1:9/token' } });
    const begun = createOAuthProvider(odd.openId()).begin(tools, 's');
    await expect(begun).resolves.toMatchObject({ authorizeUrl: expect.anything() });
    odd.be({ discovery: { token_endpoint: 'https://10.0.0.1/token' } });
    const inside = createOAuthProvider(odd.openId()).begin(tools, 's');
    await expect(inside).rejects.toMatchObject({ failure: 'misconfigured' });
  });
});
