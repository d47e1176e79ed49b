import { createTelegram } from '../../src/server/connectors/telegram.ts';
import { BOT_TOKEN, type BotApi, refusal, startBotApi } from './support/bot-api.ts';
import { createTools, type TestTools, WEBHOOK_SECRET } from './support/tools.ts';

const ALLOWED = [
  'message',
  'edited_message',
  'callback_query',
  'my_chat_member',
  'message_reaction',
];

describe('the webhook of a Telegram bot', () => {
  let botApi: BotApi;
  let tools: TestTools;
  let connector: ReturnType<typeof createTelegram>;

  beforeEach(async () => {
    botApi = await startBotApi();
    tools = createTools('telegram');
    connector = createTelegram({ apiRoot: `http://127.0.0.1:${botApi.port}` });
    const bot = { id: 7000000009, is_bot: true, first_name: 'Shop' };
    botApi.say('getMe', { status: 200, json: { ok: true, result: bot } });
  });
  afterEach(async () => {
    await tools.close();
    await botApi.close();
  });

  const ours = () => tools.webhook?.url;
  const credentials = () => ({ token: BOT_TOKEN, webhookUrl: ours() });

  function registered(webhook: object): void {
    const result = { url: ours(), pending_update_count: 0, ...webhook };
    botApi.say('getWebhookInfo', { status: 200, json: { ok: true, result } });
  }

  const settings = () =>
    botApi.calls.filter(({ method }) => method === 'setWebhook').map((call) => call.parameters);

  test('asks for messages and for what happens to them', async () => {
    const linked = {
      externalId: '1',
      name: 'Shop',
      handle: null,
      credentials: { token: BOT_TOKEN },
    };
    await connector.link?.(tools, linked);
    expect(settings()).toEqual([
      { url: ours(), secret_token: WEBHOOK_SECRET, allowed_updates: ALLOWED },
    ]);
  });

  test.each([
    ['never said what it wants', {}],
    ['wants no messages', { allowed_updates: ['my_chat_member'] }],
    ['wants no reactions', { allowed_updates: ALLOWED.slice(0, 4) }],
    ['wants nonsense', { allowed_updates: [7] }],
  ])(
    'of an older version that %s is set again, and the channel is healthy',
    async (_what, webhook) => {
      registered(webhook);
      await expect(connector.health(tools, credentials())).resolves.toEqual({
        status: 'connected',
        reason: null,
      });
      expect(settings()).toEqual([
        { url: ours(), secret_token: WEBHOOK_SECRET, allowed_updates: ALLOWED },
      ]);
    },
  );

  test('that asks for all of it, in any order, is left alone', async () => {
    registered({ allowed_updates: [...ALLOWED, 'poll'].reverse() });
    await connector.health(tools, credentials());
    expect(settings()).toEqual([]);
  });

  test('of another service is left alone', async () => {
    registered({ url: 'https://other.example/hook' });
    await expect(connector.health(tools, credentials())).resolves.toMatchObject({
      reason: 'webhook_taken',
    });
    expect(settings()).toEqual([]);
  });

  test('that cannot be set again is an error of the service', async () => {
    registered({});
    botApi.say('setWebhook', refusal(400, 'Bad Request: bad webhook'));
    await expect(connector.health(tools, credentials())).resolves.toEqual({
      status: 'error',
      reason: 'service_error',
    });
  });
});
