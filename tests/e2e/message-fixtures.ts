import { test as base, expect } from './settings-fixtures.ts';
import { ChatsPage } from './support/chats-page.ts';
import { collectErrors } from './support/page-errors.ts';
import { TelegramClientPage } from './support/telegram-client-page.ts';

/** Telegram's id of the person who writes to the test's bot. */
const ANA = 555;
const CHANNEL = 'Ask us';

interface MessageFixtures {
  /** A conversation that has not begun: the test's account has a Telegram bot, and its pages are open. */
  ends: { chats: ChatsPage; client: TelegramClientPage; bot: string };
  /** Lets the client do what its page has no button for; see the emulator's remote control. */
  clientActs(act: string, body: object): Promise<void>;
}

/** Each test has an account, a bot and a client in a stack that the worker's tests share. */
export const test = base.extend<MessageFixtures>({
  ends: async ({ page, stack, account }, use) => {
    await account.setUp({ [CHANNEL]: ['Support'] });
    const [channel] = (await account.settings()).channels;
    const bot = channel?.account.handle?.replace('@', '') ?? '';
    const client = { id: ANA, first_name: 'Ana', phone_number: '5511999990000' };
    await stack.control('/__emulator/services/telegram/client', { client });
    const { emulator } = stack;
    const tab = await page.context().newPage();
    const errors: string[] = [];
    collectErrors(tab, errors);
    const ends = {
      chats: ChatsPage.of(page, { ...account.account, port: emulator.port }),
      client: new TelegramClientPage(tab, emulator.url, { bot, client: ANA }),
      bot,
    };
    await Promise.all([ends.chats.open(), ends.client.open()]);
    await use(ends);
    await tab.close();
    expect(errors).toEqual([]);
  },
  clientActs: async ({ stack, ends }, use) => {
    await use(async (act, body) => {
      const whole = { bot: ends.bot, client: ANA, ...body };
      await stack.control(`/__emulator/services/telegram/${act}`, whole);
    });
  },
});

export { expect };
