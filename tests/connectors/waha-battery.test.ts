import { createWaha } from '../../src/server/connectors/waha.ts';
import type { WhatsAppPart } from '../../src/server/connectors/whatsapp/compose.ts';
import { messageBattery } from './message-battery.ts';
import { startFaultProxy } from './support/fault-proxy.ts';
import type { MessageStage } from './support/message-stage.ts';
import {
  ACCOUNT,
  ANA,
  DATE,
  event,
  file,
  GROUP,
  message,
  noweb,
  web,
} from './support/waha-events.ts';
import { API_KEY, SESSION, startWahaServer } from './support/waha-server.ts';

const carried = (posted: ReturnType<typeof event>) => ({ fate: 'carried' as const, event: posted });
const said = (posted: ReturnType<typeof event>) => ({
  fate: 'placeholder' as const,
  event: posted,
});
const sent = (payload: object) => event('message.any', payload);

const CARD = 'BEGIN:VCARD\nVERSION:3.0\nFN:Bo\nTEL;waid=5511977776666:+55 11 97777-6666\nEND:VCARD';

const reaction = (text: string, id: string) =>
  event('message.reaction', {
    ...message({}, id),
    reaction: { text, messageId: `true_${ANA}_3EB0FF` },
  });

async function startStage(): Promise<MessageStage> {
  const server = await startWahaServer();
  const proxy = await startFaultProxy(server.port);
  return {
    carrierAt: (port) => {
      const { messages } = createWaha({ url: `http://127.0.0.1:${port}`, apiKey: API_KEY });
      if (messages === undefined) throw new Error('WAHA carries no messages');
      return messages;
    },
    proxy,
    account: ACCOUNT,
    credentials: { session: SESSION },
    chat: { chatId: '5511999990000', personId: '5511999990000', isNew: false },
    secrets: [API_KEY],
    incoming: {
      text: carried(sent(web('chat', { body: 'Oi' }, {}, '3EB001'))),
      picture: carried(sent(web('image', { ...file('image/jpeg'), body: 'Look' }, {}, '3EB002'))),
      video: carried(sent(web('video', file('video/mp4'), {}, '3EB003'))),
      voice: carried(sent(web('ptt', file('audio/ogg; codecs=opus'), {}, '3EB004'))),
      audio: carried(sent(web('audio', file('audio/mpeg'), {}, '3EB005'))),
      file: carried(sent(web('document', file('application/pdf'), {}, '3EB006'))),
      sticker: carried(sent(web('sticker', file('image/webp'), {}, '3EB007'))),
      location: carried(
        sent(message({ location: { latitude: '41.4', longitude: '2.17' } }, '3EB008')),
      ),
      contact: carried(sent(message({ vCards: [CARD] }, '3EB009'))),
      poll: said(
        sent(
          web('poll_creation', {}, { pollName: 'Tea?', pollOptions: [{ name: 'Yes' }] }, '3EB010'),
        ),
      ),
      'unknown kind': said(sent(noweb({ hologramMessage: { url: 'x' } }, {}, '3EB011'))),
      quote: carried(
        sent(web('chat', { body: 'Yes', replyTo: { id: '3EB0FF', body: 'Tea?' } }, {}, '3EB012')),
      ),
      'button press': carried(
        sent(
          noweb(
            {
              listResponseMessage: { title: 'Tea', singleSelectReply: { selectedRowId: 'row-1' } },
            },
            {},
            '3EB013',
          ),
        ),
      ),
      edit: carried(
        event('message.edited', {
          ...message({ body: 'Oi!' }, '3EB0E1'),
          editedMessageId: '3EB001',
        }),
      ),
      deletion: carried(
        event('message.revoked', {
          after: message({}, '3EB0D1'),
          revokedMessageId: '3EB002',
          before: null,
        }),
      ),
      reaction: carried(reaction('👍', '3EB0R1')),
      'reaction taken away': carried(reaction('', '3EB0R2')),
      typing: carried(
        event('presence.update', {
          id: ANA,
          presences: [{ participant: ANA, lastKnownPresence: 'typing', lastSeen: null }],
        }),
      ),
      status: carried(
        event('message.ack', {
          id: `true_${ANA}_3EB0FF`,
          from: ANA,
          participant: null,
          fromMe: true,
          ack: 3,
          ackName: 'READ',
        }),
      ),
      'message of staff': carried(
        sent(
          message(
            { id: `true_${ANA}_3EB014`, fromMe: true, to: ANA, body: 'From the phone' },
            '3EB014',
          ),
        ),
      ),
      'message in a group': carried(
        sent(
          message(
            {
              id: `false_${GROUP}_3EB015_${ANA}`,
              participant: ANA,
              body: 'Oi',
              timestamp: DATE + 1,
            },
            '3EB015',
            GROUP,
          ),
        ),
      ),
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
      'in: message in a group': 'where the channel imports groups',
      'in: message of staff': 'where the channel imports it',
      'out: text button':
        'as numbered lines: buttons often do not show ([WAHA](https://waha.devlike.pro/docs/how-to/send-messages/))',
      'out: list':
        'as numbered lines: lists often do not show ([WAHA](https://waha.devlike.pro/docs/how-to/send-messages/))',
      'out: link button': 'as a line with the link',
    },
    wordsOf: (given) => {
      const part = given as WhatsAppPart;
      if (part.kind === 'text') return { text: part.text, longest: 16_384 };
      if (part.kind !== 'media' || part.caption === undefined) return undefined;
      return { text: part.caption, longest: 1024 };
    },
    messageId: '3EB0FF',
    refs: {
      small: {
        path: '/api/files/false_5511999990000@c.us_3EB0AA.jpg',
        chat: ANA,
        message: `false_${ANA}_3EB0AA`,
      },
      gone: {
        path: '/api/files/false_5511999990000@c.us_3EB0BB.jpg',
        chat: ANA,
        message: `false_${ANA}_3EB0BB`,
      },
    },
    lostAnswer: 'unknown',
    refusedKey: 'misconfigured',
    uploads: true,
    bulk: {
      answer: (path) => (path.startsWith('/api/files/') ? 'file' : { id: `true_${ANA}_3EB0CC` }),
      ref: () => ({ path: '/api/files/bulk.bin' }),
      uploadBytes: 36 * 1024 * 1024,
    },
    close: async () => {
      await proxy.close();
      await server.close();
    },
  };
}

describe('a carrier of messages', () => {
  messageBattery('waha', startStage);
});
