import { botToken, connectBot } from './channels.ts';
import type { ServiceTraffic, ServiceTraffics } from './service-traffic.ts';
import { telegramClient } from './telegram.ts';

const FIRST_CLIENT = 5_000;
const BOTS = 2;

/** Clients of two Telegram bots. */
export const telegramTraffic: ServiceTraffics = (emulator): ServiceTraffic => {
  const botOf = (client: number) => botToken(1 + (client % BOTS));
  const control = telegramClient(emulator);
  return {
    name: 'telegram',
    keepsOrder: true,
    connect: async (backend, token) => {
      for (let bot = 1; bot <= BOTS; bot += 1) await connectBot(backend, bot, token);
    },
    hurry: async () => {
      await control.post('speed', { pause_factor: 0.1, pause_cap: 5 });
    },
    waitAtMost: async (timeout_ms) => {
      await control.post('speed', { timeout_ms });
    },
    write: async (client, text) => {
      const who = { id: FIRST_CLIENT + client, first_name: `Client ${client}` };
      await telegramClient(emulator, botOf(client)).act('send', {
        client: who,
        kind: 'text',
        text,
      });
    },
    atClient: async (client) => {
      const bot = botOf(client);
      const path = `chat?bot=${bot}&chat_id=${FIRST_CLIENT + client}`;
      const chat = (await telegramClient(emulator, bot).get(path)) as {
        messages: { from: string; text: string }[];
      };
      return chat.messages.filter(({ from }) => from === 'bot').map(({ text }) => text);
    },
    waiting: async () => {
      const { queues } = (await control.get('judge')) as {
        queues: { pending_update_count: number }[];
      };
      return queues.filter((queue) => queue.pending_update_count > 0);
    },
    expectClean: async () => {
      expect(await control.get('judge')).toMatchObject({
        duplicates: [],
        executed_methods: [],
        secrets_seen: [],
      });
    },
  };
};
