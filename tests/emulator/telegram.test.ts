import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { call } from '../support/emulator-client.ts';

const SUPPORT = '7000000001:AAEmulatedBotTokenSupport00000000001';

describe('the double of the Telegram Bot API', () => {
  let emulator: Emulator;

  beforeAll(async () => {
    emulator = await createEmulator();
  });
  afterAll(() => emulator.close());
  beforeEach(() => emulator.reset());

  const bot = (token: string, method: string, json: unknown = {}) =>
    call(emulator, `/__services/telegram/bot${token}/${method}`, { host: '127.0.0.1', json });

  test('knows its named and numbered bots', async () => {
    expect((await bot(SUPPORT, 'getMe')).json).toMatchObject({
      ok: true,
      result: {
        id: 7000000001,
        is_bot: true,
        username: 'demo_support_bot',
        first_name: 'Demo Support',
      },
    });
    const numbered = '7100000042:AAEmulatedBotTokenNumbered0000000042';
    expect((await bot(numbered, 'GETME')).json).toMatchObject({ result: { id: 7100000042 } });
  });

  test.each([
    ['unknown', '123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 401, 'Unauthorized'],
    [
      'differently numbered',
      '7100000042:AAEmulatedBotTokenNumbered0000000043',
      401,
      'Unauthorized',
    ],
    ['no token at all', 'token', 404, 'Not Found'],
  ])('refuses a token that is %s', async (_, token, status, description) => {
    expect((await bot(token, 'getMe')).json).toEqual({
      ok: false,
      error_code: status,
      description,
    });
  });

  test('keeps a webhook and refuses bad ones', async () => {
    const url = 'https://backend.example/connect/webhooks/telegram/1';
    expect(
      (await bot(SUPPORT, 'setWebhook', { url, secret_token: 'abc-DEF_1' })).json,
    ).toMatchObject({
      ok: true,
      result: true,
    });
    expect((await bot(SUPPORT, 'getWebhookInfo')).json).toMatchObject({ result: { url } });
    expect((await bot(SUPPORT, 'getUpdates')).status).toBe(409);
    expect((await bot(SUPPORT, 'setWebhook', { url: 'http://backend.example/' })).status).toBe(400);
    expect((await bot(SUPPORT, 'setWebhook', { url, secret_token: 'a b' })).status).toBe(400);
    await bot(SUPPORT, 'deleteWebhook');
    expect((await bot(SUPPORT, 'getWebhookInfo')).json).toMatchObject({ result: { url: '' } });
  });
});
