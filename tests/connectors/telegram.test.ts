import { createTelegram } from '../../src/server/connectors/telegram.ts';
import { connectorBattery } from './battery.ts';
import { type Emulated, startEmulated } from './support/emulated.ts';
import { link, type Stage } from './support/stage.ts';
import { createTools, type TestTools, WEBHOOK_SECRET } from './support/tools.ts';

const SUPPORT = '7000000001:AAEmulatedBotTokenSupport00000000001';
const SALES = '7000000002:AAEmulatedBotTokenSales0000000000002';

/** Somebody at BotFather makes a new token; the double has no page for that, so it is said by a fault. */
async function revokeToken(emulated: Emulated, token: string): Promise<void> {
  await emulated.post('/__emulator/faults', {
    match: { path: `/__services/telegram/bot${token}/*` },
    times: 0,
    action: { status: 401, body: { ok: false, error_code: 401, description: 'Unauthorized' } },
  });
}

describe('every connector', () => {
  connectorBattery('telegram', async (): Promise<Stage> => {
    const emulated = await startEmulated();
    const tokens = [SUPPORT, SALES] as const;
    return {
      connector: createTelegram({ apiRoot: emulated.at('/__services/telegram') }),
      proxy: emulated.proxy,
      secrets: [SUPPORT, SALES],
      values: (who) => ({ token: tokens[who] }),
      revoke: () => revokeToken(emulated, SUPPORT),
      close: emulated.close,
    };
  });
});

describe('Telegram', () => {
  let emulated: Emulated;
  let tools: TestTools;
  let connector: ReturnType<typeof createTelegram>;

  beforeEach(async () => {
    emulated = await startEmulated();
    tools = createTools('telegram');
    connector = createTelegram({ apiRoot: emulated.at('/__services/telegram') });
  });
  afterEach(async () => {
    await tools.close();
    await emulated.close();
  });

  async function webhookUrl(): Promise<string> {
    const answer = await fetch(emulated.at(`/__services/telegram/bot${SUPPORT}/getWebhookInfo`));
    return ((await answer.json()) as { result: { url: string } }).result.url;
  }

  async function setForeignWebhook(url = 'https://other.example/hook'): Promise<void> {
    await emulated.post(`/__services/telegram/bot${SUPPORT}/setWebhook`, { url });
  }

  test('shows the bot behind a token, spaces around it or not', async () => {
    const linked = await connector.verify(tools, { token: ` ${SUPPORT}\n` });
    expect(linked).toEqual({
      externalId: '7000000001',
      name: 'Demo Support',
      handle: '@demo_support_bot',
      credentials: { token: SUPPORT },
    });
  });

  test.each([
    ['an empty one', ''],
    ['a path', '../getMe'],
    ['a header break', '1:a\r\nX-Injected: 1'],
    ['look-alike letters', '7000000001:ААEmulated'],
    ['ten kilobytes', 'a'.repeat(10_240)],
    ['quotes', '"1:a"'],
  ])('refuses %s for a token without asking Telegram', async (_what, token) => {
    const outcome = connector.verify(tools, { token });
    await expect(outcome).rejects.toMatchObject({ failure: 'rejected', field: 'token' });
    expect(emulated.proxy.count()).toBe(0);
  });

  test('passes on what Telegram says of a wrong token', async () => {
    const unknown = connector.verify(tools, { token: '7000000009:AAUnknown' });
    await expect(unknown).rejects.toMatchObject({
      failure: 'rejected',
      field: 'token',
      reason: 'Unauthorized',
    });
    const malformed = connector.verify(tools, { token: 'no-token-at-all' });
    await expect(malformed).rejects.toMatchObject({ failure: 'rejected', reason: 'Not Found' });
  });

  test('warns of a bot whose webhook belongs to another service, but not of its own', async () => {
    await setForeignWebhook();
    const taken = await connector.verify(tools, { token: SUPPORT });
    expect(taken.warning).toBe('webhook_taken');
    await link(connector, tools, taken);
    expect(await webhookUrl()).toBe(tools.webhook?.url);
    const own = await connector.verify(tools, { token: SUPPORT });
    expect(own.warning).toBeUndefined();
  });

  test.each([
    ['another channel of this backend', './another', 'webhook_here'],
    [
      'the same path elsewhere',
      'https://other.example/connect/webhooks/telegram/one',
      'webhook_taken',
    ],
    ['a path above ours', '../slack/one', 'webhook_taken'],
  ])('tells whose webhook it is: %s', async (_what, address, warning) => {
    await setForeignWebhook(new URL(address, tools.webhook?.url).href);
    expect((await connector.verify(tools, { token: SUPPORT })).warning).toBe(warning);
  });

  test('removes its own webhook and leaves another one alone', async () => {
    const linked = await connector.verify(tools, { token: SUPPORT });
    const credentials = await link(connector, tools, linked);
    await connector.unlink(tools, credentials);
    expect(await webhookUrl()).toBe('');
    await link(connector, tools, linked);
    await setForeignWebhook();
    await connector.unlink(tools, credentials);
    expect(await webhookUrl()).toBe('https://other.example/hook');
  });

  test('sees that another service took the bot away', async () => {
    const credentials = await link(
      connector,
      tools,
      await connector.verify(tools, { token: SUPPORT }),
    );
    await setForeignWebhook();
    await expect(connector.health(tools, credentials)).resolves.toEqual({
      status: 'action_needed',
      reason: 'webhook_taken',
    });
  });

  test('reports an error while Telegram cannot deliver, and forgets an old one', async () => {
    const credentials = await link(
      connector,
      tools,
      await connector.verify(tools, { token: SUPPORT }),
    );
    const result = {
      url: tools.webhook?.url,
      pending_update_count: 3,
      last_error_date: Math.floor(tools.now().getTime() / 1000) - 60,
      last_error_message: 'Connection refused',
    };
    await emulated.post('/__emulator/faults', {
      match: { path: `/__services/telegram/bot${SUPPORT}/getWebhookInfo` },
      times: 0,
      action: { status: 200, body: { ok: true, result } },
    });
    await expect(connector.health(tools, credentials)).resolves.toEqual({
      status: 'error',
      reason: 'service_error',
    });
    tools.advance(20 * 60_000);
    await expect(connector.health(tools, credentials)).resolves.toMatchObject({
      status: 'connected',
    });
  });

  test('blames the operator when Telegram refuses our own address', async () => {
    const linked = await connector.verify(tools, { token: SUPPORT });
    const webhook = { url: 'http://intranet.example/hook', secret: WEBHOOK_SECRET };
    await expect(link(connector, { ...tools, webhook }, linked)).rejects.toMatchObject({
      failure: 'misconfigured',
      reason: 'Bad Request: bad webhook: An HTTPS URL must be provided for webhook',
    });
  });

  test('takes an event with the right secret and no other', async () => {
    const body = Buffer.from('{"update_id":1}');
    const header = 'x-telegram-bot-api-secret-token';
    const proven = connector.receive?.(tools, undefined, {
      headers: { [header]: WEBHOOK_SECRET },
      body,
    });
    await expect(proven).resolves.toBeUndefined();
    const forged = connector.receive?.(tools, undefined, { headers: { [header]: 'guess' }, body });
    await expect(forged).rejects.toMatchObject({ failure: 'signature' });
  });
});
