import type { TelegramPart } from '../../src/server/connectors/telegram/compose.ts';
import { createTelegram } from '../../src/server/connectors/telegram.ts';
import { messageBattery } from './message-battery.ts';
import { BOT_TOKEN, startBotApi } from './support/bot-api.ts';
import { startFaultProxy } from './support/fault-proxy.ts';
import type { MessageStage } from './support/message-stage.ts';
import {
  ANA,
  DATE,
  event,
  file,
  GROUP,
  message,
  PRIVATE,
  sent,
} from './support/telegram-updates.ts';

const carried = (posted: ReturnType<typeof event>) => ({ fate: 'carried' as const, event: posted });
const said = (posted: ReturnType<typeof event>) => ({
  fate: 'placeholder' as const,
  event: posted,
});

const emoji = { type: 'emoji', emoji: '👍' };
const reaction = (update_id: number, before: object[], after: object[]) =>
  event({
    update_id,
    message_reaction: {
      chat: PRIVATE,
      message_id: 77,
      user: ANA,
      date: DATE,
      old_reaction: before,
      new_reaction: after,
    },
  });

async function startStage(): Promise<MessageStage> {
  const botApi = await startBotApi();
  const proxy = await startFaultProxy(botApi.port);
  return {
    carrierAt: (port) => {
      const { messages } = createTelegram({ apiRoot: `http://127.0.0.1:${port}` });
      if (messages === undefined) throw new Error('Telegram carries no messages');
      return messages;
    },
    proxy,
    account: { externalId: '7000000009' },
    credentials: { token: BOT_TOKEN, webhookUrl: 'https://backend.example/hook' },
    chat: { chatId: '555', personId: '555', isNew: false },
    secrets: [BOT_TOKEN, encodeURIComponent(BOT_TOKEN)],
    incoming: {
      text: carried(sent({ text: 'Hola' }, 1)),
      picture: carried(sent({ photo: [file()], caption: 'Look' }, 2)),
      video: carried(sent({ video: file({ duration: 3, mime_type: 'video/mp4' }) }, 3)),
      voice: carried(sent({ voice: file({ duration: 3, mime_type: 'audio/ogg' }) }, 4)),
      audio: carried(sent({ audio: file({ file_name: 'a.mp3' }) }, 5)),
      file: carried(sent({ document: file({ file_name: 'a.pdf' }) }, 6)),
      sticker: carried(sent({ sticker: file({ is_animated: false, emoji: '🍵' }) }, 7)),
      location: carried(sent({ location: { latitude: 41.4, longitude: 2.17 } }, 8)),
      contact: carried(sent({ contact: { phone_number: '+34600111222', first_name: 'B' } }, 9)),
      poll: said(sent({ poll: { question: 'Tea?', options: [{ text: 'Yes' }] } }, 10)),
      'unknown kind': said(sent({ hologram: { file_id: 'x' } }, 11)),
      quote: carried(sent({ text: 'Yes', reply_to_message: message({ text: 'Tea?' }, 77) }, 12)),
      'button press': carried(
        event({
          callback_query: {
            id: '4382bfdwdsb323b2d9',
            from: ANA,
            data: 'b5:row-1Tea',
            message: message({ text: 'Choose', from: { ...ANA, is_bot: true } }, 77),
          },
        }),
      ),
      edit: carried(event({ edited_message: message({ text: 'Hola!', edit_date: DATE + 5 }, 1) })),
      deletion: undefined,
      reaction: carried(reaction(900_020, [], [emoji])),
      'reaction taken away': carried(reaction(900_021, [emoji], [])),
      typing: undefined,
      status: undefined,
      'message of staff': undefined,
      'message in a group': carried(sent({ text: 'Hola', chat: GROUP }, 13)),
    },
    outgoing: {
      text: 'carried',
      picture: 'carried',
      video: 'carried',
      voice: 'carried',
      audio: 'carried',
      file: 'carried',
      sticker: 'carried',
      'file with a text': 'carried',
      'file of unknown length': 'carried',
      'link button': 'carried',
      'text button': 'carried',
      list: 'carried',
      quote: 'carried',
      'very long text': 'carried',
    },
    notes: {
      'in: poll': 'with its question and answers',
      'in: unknown kind': 'that says there was something',
      'in: deletion': 'bots are not told ([Update](https://core.telegram.org/bots/api#update))',
      'in: typing': 'bots are not told ([Update](https://core.telegram.org/bots/api#update))',
      'in: status':
        'bots are not told; taken counts as delivered ([Message](https://core.telegram.org/bots/api#message))',
      'in: message of staff':
        'nobody else writes as a bot ([bots](https://core.telegram.org/bots))',
      'in: message in a group': 'where the channel imports groups',
    },
    wordsOf: (given) => {
      const part = given as TelegramPart;
      if (part.kind === 'text') return { text: part.text, longest: 4096 };
      if (part.kind !== 'media' || part.caption === undefined) return undefined;
      return { text: part.caption, longest: 1024 };
    },
    messageId: '555:77',
    refs: { small: { fileId: 'small' }, gone: { fileId: 'gone' } },
    lostAnswer: 'unknown',
    uploads: true,
    bulk: {
      answer: (path) => {
        if (path.startsWith('/file/')) return 'file';
        const result = { message_id: 1, chat: { id: 555 }, file_path: 'documents/bulk.bin' };
        return { ok: true, result };
      },
      ref: () => ({ fileId: 'bulk' }),
    },
    close: async () => {
      await proxy.close();
      await botApi.close();
    },
  };
}

describe('a carrier of messages', () => {
  messageBattery('telegram', startStage);
});
