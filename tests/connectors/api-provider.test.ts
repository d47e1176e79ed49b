import { text } from 'node:stream/consumers';
import { createApi } from '../../src/server/connectors/api/api.ts';
import { signatureOf } from '../../src/server/connectors/api/signature.ts';
import type { Linked, OAuthConnector } from '../../src/server/connectors/connector.ts';
import { createOAuthProvider } from '../../src/server/connectors/oauth/oauth-provider.ts';
import { createGuardedOutbound } from '../../src/server/platform/address-guard.ts';
import { FROM_ANA, signed, startApiService } from './support/api-service.ts';
import { agree, startCustomProvider } from './support/custom-provider.ts';
import { createTools, everythingIn, type TestTools, WEBHOOK_SECRET } from './support/tools.ts';

const ANA = { chatId: 'c-1', personId: 'p-1', isNew: false };

describe('a provider with a messages_url', () => {
  let tools: TestTools;
  let service: Awaited<ReturnType<typeof startApiService>>;
  let provider: Awaited<ReturnType<typeof startCustomProvider>>;
  let connector: OAuthConnector;

  beforeAll(async () => {
    service = await startApiService();
    // So short a life counts as over from the start.
    const token = { accessTokenSeconds: 30 };
    provider = await startCustomProvider(token, { messages_url: service.url });
    connector = createOAuthProvider(provider.provider);
  });
  beforeEach(() => {
    tools = createTools('custom');
    service.posted.length = 0;
    service.answer({ status: 200, body: '{"id":"theirs-1"}' });
  });
  afterEach(() => tools.close());
  afterAll(async () => {
    await provider.close();
    await service.close();
  });

  async function signIn(): Promise<Linked> {
    const { authorizeUrl, session } = await connector.begin(tools, 'state');
    return await connector.finish(tools, session, await agree(authorizeUrl));
  }

  const linkedWith = (credentials: Linked['credentials']): Linked => ({
    externalId: 'grace',
    name: 'Grace',
    handle: null,
    credentials,
  });

  async function send(credentials: Linked['credentials']) {
    const [part] = connector.messages?.compose({ id: 'ours-1', atMs: 1, text: 'Hello' }) ?? [];
    return await connector.messages?.send(tools, credentials, ANA, part);
  }

  test('is told where to post and with which secret, by the account’s token and signed', async () => {
    service.answer({ status: 204 });
    const linked = await signIn();
    expect(await connector.link?.(tools, linked)).toEqual(linked.credentials);
    const [{ headers, body } = { headers: {}, body: '' }] = service.posted;
    expect(JSON.parse(body)).toEqual({
      type: 'connected',
      account: { id: 'grace' },
      webhook_url: tools.webhook?.url,
      secret: WEBHOOK_SECRET,
    });
    expect(headers.authorization).toBe(`Bearer ${linked.credentials.accessToken}`);
    const timestamp = String(headers['x-timestamp']);
    expect(headers['x-signature']).toBe(signatureOf(WEBHOOK_SECRET, timestamp, body));
  });

  test.each([
    [400, 'rejected'],
    [401, 'reauthorize'],
    [404, 'misconfigured'],
    [500, 'unavailable'],
  ])('that answers %d is not connected', async (status, failure) => {
    service.answer({ status, body: '{"reason":"No"}' });
    const outcome = connector.link?.(tools, linkedWith({ accessToken: 'canary-token' }));
    await expect(outcome).rejects.toMatchObject({ failure });
    const error = await outcome?.catch((caught: unknown) => caught);
    expect(everythingIn(error)).not.toMatch(`canary-token|${WEBHOOK_SECRET}`);
  });

  test('gets messages with the account’s token beside the signature', async () => {
    expect(await send({ accessToken: 'a-token' })).toMatchObject({ messageId: 'theirs-1' });
    const [{ headers, body } = { headers: {}, body: '' }] = service.posted;
    expect(headers.authorization).toBe('Bearer a-token');
    const timestamp = String(headers['x-timestamp']);
    expect(headers['x-signature']).toBe(signatureOf(WEBHOOK_SECRET, timestamp, body));
    expect(JSON.parse(body)).toMatchObject({ type: 'message', id: 'ours-1' });
  });

  test('gets none by a token that is over: health renews it, and the new one works', async () => {
    const { credentials } = await signIn();
    await expect(send(credentials)).rejects.toMatchObject({ failure: 'reauthorize' });
    expect(service.posted).toEqual([]);
    const health = await connector.health(tools, credentials);
    expect(health.status).toBe('connected');
    const renewed = { ...health.credentials, expiresAt: undefined };
    expect(await send(renewed)).toMatchObject({ state: 'sent' });
    expect(service.posted[0]?.headers.authorization).toBe(
      `Bearer ${health.credentials?.accessToken}`,
    );
  });

  test('posts messages to the channel as a service of one’s own does', async () => {
    const event = {
      type: 'message',
      id: 'm-1',
      ...FROM_ANA,
      message: { kind: 'text', text: 'Oi' },
    };
    const request = signed(event, tools.now());
    await connector.receive?.(tools, undefined, request);
    const own = createApi().messages?.parse(request, { externalId: 'grace' });
    expect(connector.messages?.parse(request, { externalId: 'grace' })).toEqual(own);
    expect(own).toHaveLength(1);
    const forged = connector.receive?.(
      tools,
      undefined,
      signed(event, tools.now(), 'x'.repeat(43)),
    );
    await expect(forged).rejects.toMatchObject({ failure: 'signature' });
  });

  test('may have files at its own server, wherever that is, and elsewhere only in public', async () => {
    const guard = createGuardedOutbound();
    const inside = createOAuthProvider(provider.provider, guard);
    service.answer({ status: 200, body: 'abc' });
    const file = await inside.messages?.openMedia(tools, {}, { url: `${service.url}/a.png` });
    expect(file && (await text(file.body))).toBe('abc');
    expect(service.posted[0]?.headers).not.toHaveProperty('authorization');
    for (const url of ['http://127.0.0.1:9/a', 'https://10.0.0.1/a']) {
      const outcome = inside.messages?.openMedia(tools, {}, { url });
      await expect(outcome).rejects.toMatchObject({ failure: 'rejected' });
    }
    await guard.close();
  });

  test('carries nothing without one', () => {
    const plain = createOAuthProvider({ ...provider.provider, messages_url: undefined });
    expect([plain.messages, plain.receive, plain.link]).toEqual([undefined, undefined, undefined]);
  });
});
