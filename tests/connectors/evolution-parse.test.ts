import type { WebhookRequest } from '../../src/server/connectors/connector.ts';
import { evolutionMessages } from '../../src/server/connectors/evolution/carrier.ts';
import { EvolutionClient } from '../../src/server/connectors/evolution/client.ts';
import type { ReceivedContent, ReceivedItem } from '../../src/server/connectors/messages.ts';
import {
  ANA,
  ANA_JID,
  ANA_LID,
  DATE,
  edit,
  event,
  file,
  GROUP_JID,
  OWN,
  upsert,
  VCARD,
} from './support/evolution-events.ts';

const SERVER = { url: 'http://127.0.0.1:9', apiKey: 'k' };
const carrier = evolutionMessages(SERVER, new EvolutionClient(SERVER), 0);

const parse = (posted: WebhookRequest) => carrier.parse(posted, { externalId: OWN });

function only(posted: WebhookRequest): ReceivedItem {
  const [item, ...others] = parse(posted);
  if (item === undefined || others.length > 0) throw new Error('not one item');
  return item;
}

const ref = { messageId: '3EB0AA' };
const ana = { id: ANA, name: 'Ana Pérez', phone: `+${ANA}` };

describe('an event of Evolution API', () => {
  test('gives a message with its chat, its person and its time', () => {
    expect(parse(upsert({ conversation: 'Oi' }))).toEqual([
      {
        event: 'message',
        messageId: '3EB0AA',
        chat: { id: ANA },
        person: ana,
        content: { kind: 'text', text: 'Oi' },
        atMs: DATE * 1000,
      },
    ]);
  });

  test.each<[string, object, ReceivedContent]>([
    ['a text', { conversation: ' a\0b\r\nc ' }, { kind: 'text', text: 'ab\nc' }],
    [
      'a text with a link in it',
      { extendedTextMessage: { text: 'See https://a.example', matchedText: 'https://a.example' } },
      { kind: 'text', text: 'See https://a.example' },
    ],
    [
      'a picture with its words',
      { imageMessage: file({ caption: 'Look', jpegThumbnail: 'AAAA' }) },
      {
        kind: 'picture',
        media: { ref, fileName: 'photo_3EB0AA.jpg', type: 'image/jpeg', bytes: 20_142 },
        text: 'Look',
      },
    ],
    [
      'a video',
      { videoMessage: file({ mimetype: 'video/mp4', seconds: 7, gifPlayback: true }) },
      {
        kind: 'video',
        media: { ref, fileName: 'video_3EB0AA.mp4', type: 'video/mp4', bytes: 20_142 },
        seconds: 7,
      },
    ],
    [
      'a round video',
      { ptvMessage: file({ mimetype: 'video/mp4', fileLength: { low: 20_142, high: 0 } }) },
      {
        kind: 'video',
        media: { ref, fileName: 'video_3EB0AA.mp4', type: 'video/mp4', bytes: 20_142 },
      },
    ],
    [
      'something spoken',
      { audioMessage: file({ mimetype: 'audio/ogg; codecs=opus', ptt: true, seconds: 4 }) },
      {
        kind: 'voice',
        media: { ref, fileName: 'voice_3EB0AA.ogg', type: 'audio/ogg', bytes: 20_142 },
        seconds: 4,
      },
    ],
    [
      'a piece of music',
      { audioMessage: file({ mimetype: 'audio/mpeg', ptt: false, fileLength: 20_142 }) },
      {
        kind: 'audio',
        media: { ref, fileName: 'audio_3EB0AA.mp3', type: 'audio/mpeg', bytes: 20_142 },
      },
    ],
    [
      'a document with words',
      {
        documentWithCaptionMessage: {
          message: {
            documentMessage: file({
              mimetype: 'application/pdf',
              fileName: 'x/price.pdf',
              caption: 'Here',
            }),
          },
        },
      },
      {
        kind: 'file',
        media: { ref, fileName: 'x_price.pdf', type: 'application/pdf', bytes: 20_142 },
        text: 'Here',
      },
    ],
    [
      'a sticker',
      { stickerMessage: file({ mimetype: 'image/webp' }) },
      {
        kind: 'sticker',
        media: { ref, fileName: 'sticker_3EB0AA.webp', type: 'image/webp', bytes: 20_142 },
      },
    ],
    [
      'a picture that may be seen once',
      { viewOnceMessageV2: { message: { imageMessage: file() } } },
      {
        kind: 'picture',
        media: { ref, fileName: 'photo_3EB0AA.jpg', type: 'image/jpeg', bytes: 20_142 },
      },
    ],
    [
      'a text that will vanish',
      { ephemeralMessage: { message: { extendedTextMessage: { text: 'Soon gone' } } } },
      { kind: 'text', text: 'Soon gone' },
    ],
    [
      'a place',
      {
        locationMessage: {
          degreesLatitude: -23.5,
          degreesLongitude: -46.6,
          name: 'A',
          address: 'B',
        },
      },
      { kind: 'location', lat: -23.5, lon: -46.6, text: 'A\nB' },
    ],
    [
      'somebody on the way',
      { liveLocationMessage: { degreesLatitude: 1, degreesLongitude: 2, caption: 'Coming' } },
      { kind: 'location', lat: 1, lon: 2, text: 'Coming' },
    ],
    [
      'somebody else',
      { contactMessage: { displayName: 'B', vcard: VCARD } },
      { kind: 'contact', name: 'Bruno', phone: '+5521988887777' },
    ],
    [
      'a poll',
      { pollCreationMessageV3: { name: 'Tea?', options: [{ optionName: 'Yes' }] } },
      { kind: 'placeholder', what: 'poll', detail: 'Tea?\nYes' },
    ],
    [
      'a vote that the server could read',
      { pollUpdateMessage: { vote: { selectedOptions: ['Yes'] } } },
      { kind: 'placeholder', what: 'poll', detail: 'Yes' },
    ],
    [
      'a button',
      { buttonsResponseMessage: { selectedButtonId: 'id-1', selectedDisplayText: 'Tea' } },
      { kind: 'text', text: 'Tea', callbackData: 'id-1' },
    ],
    [
      'an entry of a list',
      { listResponseMessage: { title: 'Mate', singleSelectReply: { selectedRowId: 'row-2' } } },
      { kind: 'text', text: 'Mate', callbackData: 'row-2' },
    ],
    [
      "a business's button",
      { templateButtonReplyMessage: { selectedId: 'id-3', selectedDisplayText: 'Call me' } },
      { kind: 'text', text: 'Call me', callbackData: 'id-3' },
    ],
    [
      'what the phone alone may see',
      { placeholderMessage: { type: 'MASK_LINKED_DEVICES' } },
      { kind: 'placeholder', what: 'unsupported' },
    ],
    ['a new kind', { hologramMessage: {} }, { kind: 'placeholder', what: 'unsupported' }],
  ])('carries %s', (_what, message, content) => {
    expect(only(upsert(message))).toMatchObject({ event: 'message', messageId: '3EB0AA', content });
  });

  test('makes a message of each person in a list of contacts', () => {
    const vcards = [VCARD, VCARD.replace('FN:Bruno', 'FN:Carla').replaceAll('98888', '97777')];
    const contacts = vcards.map((vcard) => ({ displayName: 'x', vcard }));
    const items = parse(upsert({ contactsArrayMessage: { displayName: '2 contacts', contacts } }));
    expect(items).toMatchObject([
      { messageId: '3EB0AA', content: { name: 'Bruno' } },
      { messageId: '3EB0AA.2', content: { name: 'Carla', phone: '+5521977777777' } },
    ]);
  });

  test.each<[string, WebhookRequest]>([
    ['a status', upsert({ conversation: 'x' }, { key: { remoteJid: 'status@broadcast' } })],
    ['a list of broadcasts', upsert({ conversation: 'x' }, { key: { remoteJid: '1@broadcast' } })],
    ['a newsletter', upsert({ conversation: 'x' }, { key: { remoteJid: '1203@newsletter' } })],
    [
      'a note to oneself',
      upsert({ conversation: 'x' }, { key: { remoteJid: `${OWN}@s.whatsapp.net`, fromMe: true } }),
    ],
    [
      'what was sent through the API',
      event('send.message', {
        key: { remoteJid: ANA_JID, fromMe: true, id: 'A' },
        message: { conversation: 'x' },
      }),
    ],
    [
      'a vote in a poll of somebody else',
      upsert({ pollUpdateMessage: { vote: { encPayload: 'x' } } }),
    ],
    ['keys of a group', upsert({ senderKeyDistributionMessage: { groupId: GROUP_JID } })],
    ['settings of a chat', upsert({ protocolMessage: { type: 'EPHEMERAL_SETTING' } })],
    ['a message without an id', upsert({ conversation: 'x' }, { key: { id: '' } })],
    ['a connection', event('connection.update', { state: 'open' })],
    ['an unknown event', event('labels.edit', { id: '1' })],
  ])('gives nothing for %s', (_what, posted) => {
    expect(parse(posted)).toEqual([]);
  });

  describe('names a chat', () => {
    const chatOf = (key: object) => {
      const item = only(upsert({ conversation: 'Oi' }, { key }));
      if (item.event !== 'message') throw new Error(item.event);
      return item;
    };

    test.each<[string, object]>([
      ['by both', { remoteJid: ANA_LID, remoteJidAlt: ANA_JID, addressingMode: 'lid' }],
      ['by both the other way round', { remoteJid: ANA_JID, remoteJidAlt: ANA_LID }],
      ['as older versions tell it', { remoteJid: ANA_LID, senderPn: ANA_JID }],
      ['as it was before it was replaced', { remoteJid: ANA_JID, previousRemoteJid: ANA_LID }],
    ])('by its number, and the hidden id as an alias, when it is named %s', (_how, key) => {
      expect(chatOf(key)).toMatchObject({
        chat: { id: ANA, aliases: [ANA_LID] },
        person: { id: ANA, phone: `+${ANA}` },
      });
    });

    test('by the hidden id alone as an alias to be asked for', () => {
      const { chat, person } = chatOf({ remoteJid: ANA_LID });
      expect(chat).toEqual({ id: ANA_LID, isAlias: true });
      expect(person).toEqual({ id: ANA_LID, name: 'Ana Pérez' });
    });

    test('never by the number of the account, which some versions tell as the other name', () => {
      const key = { remoteJid: ANA_LID, remoteJidAlt: `${OWN}@s.whatsapp.net`, fromMe: true };
      expect(chatOf(key).chat).toEqual({ id: ANA_LID, isAlias: true });
    });

    test('of a Mexican by both spellings', () => {
      expect(chatOf({ remoteJid: '5215512345678@s.whatsapp.net' })).toMatchObject({
        chat: { id: '5215512345678', aliases: ['525512345678'] },
        person: { phone: '+525512345678' },
      });
    });

    test('of a group by its id, with who spoke before the words', () => {
      const key = { remoteJid: GROUP_JID, participant: ANA_LID, participantAlt: ANA_JID };
      expect(chatOf(key)).toMatchObject({
        chat: { id: GROUP_JID, isGroup: true },
        person: { id: `group:${GROUP_JID}` },
        content: { kind: 'text', text: 'Ana Pérez: Oi' },
      });
      const nameless = upsert({ conversation: 'Oi' }, { key, pushName: '103899771998284' });
      expect(only(nameless)).toMatchObject({ content: { text: `+${ANA}: Oi` } });
    });
  });

  test('tells staff who wrote on the phone, and keeps their name from the client', () => {
    const item = only(
      upsert({ conversation: 'On my way' }, { key: { fromMe: true }, pushName: 'Você' }),
    );
    expect(item).toMatchObject({
      isFromStaff: true,
      chat: { id: ANA },
      person: { id: ANA, name: `+${ANA}`, phone: `+${ANA}` },
    });
  });

  test.each<[string, object, Parameters<typeof upsert>[1]]>([
    ['beside the message', { conversation: 'Yes' }, { contextInfo: { stanzaId: '3EB0F1' } }],
    [
      'within the message',
      {
        ephemeralMessage: {
          message: { imageMessage: file({ contextInfo: { stanzaId: '3EB0F1' } }) },
        },
      },
      {},
    ],
  ])('knows the quoted message %s', (_where, message, more) => {
    expect(only(upsert(message, more))).toMatchObject({ replyTo: '3EB0F1' });
  });

  test.each([
    ['a number', DATE],
    ['a text', String(DATE)],
    ['two halves', { low: DATE, high: 0, unsigned: true }],
  ])('reads a time that is %s', (_what, messageTimestamp) => {
    expect(only(upsert({ conversation: 'x' }, { messageTimestamp }))).toMatchObject({
      atMs: DATE * 1000,
    });
  });

  test('keeps the order of arrival within a second, and only there', () => {
    const at = (receivedAtMs: number) =>
      only({ ...upsert({ conversation: 'x' }), receivedAtMs }) as { atMs: number };
    expect(at(DATE * 1000 + 250).atMs).toBe(DATE * 1000 + 250);
    expect(at(DATE * 1000 + 60_000).atMs).toBe(DATE * 1000 + 999);
    expect(at(DATE * 1000 - 60_000).atMs).toBe(DATE * 1000);
  });

  describe('tells of a reaction', () => {
    const reaction = (text: string, key: object = {}) =>
      upsert(
        { reactionMessage: { key: { remoteJid: ANA_JID, fromMe: true, id: '3EB0F1' }, text } },
        { key },
      );

    test('that was put on, and one that was taken away', () => {
      expect(only(reaction('❤️'))).toEqual({
        event: 'reaction',
        messageId: '3EB0F1',
        emoji: '❤️',
        reactionId: '3EB0AA',
        chat: { id: ANA },
        person: ana,
        atMs: DATE * 1000,
      });
      expect(only(reaction(''))).toMatchObject({ emoji: null });
    });

    test('of a client only', () => {
      expect(parse(reaction('❤️', { fromMe: true }))).toEqual([]);
    });
  });

  describe('tells of an edit', () => {
    test.each([ANA_JID, `${OWN}@s.whatsapp.net`, ANA_LID, GROUP_JID])(
      'in the chat of its message, whatever its author says of it: %s',
      (remoteJid) => {
        for (const fromMe of [true, false]) {
          const key = { remoteJid, fromMe, id: '3EB0AA' };
          expect(only(event('messages.edited', edit('Olá!', { key })))).toMatchObject({
            event: 'edit',
            messageId: '3EB0AA',
            editId: '1795773660123',
            chat: { id: 'of-message:3EB0AA', isAlias: true, isOnlyAlias: true },
            content: { kind: 'text', text: 'Olá!' },
            atMs: 1_795_773_660_123,
          });
        }
      },
    );

    test.each<[string, WebhookRequest]>([
      ['a message', upsert({ protocolMessage: edit('Olá!') }, { key: { fromMe: true } })],
      [
        'a status',
        event('messages.update', {
          keyId: '3EB0AA',
          remoteJid: ANA_JID,
          fromMe: true,
          message: { editedMessage: { message: { conversation: 'Olá!' } } },
        }),
      ],
      ['a deletion', event('messages.delete', { remoteJid: ANA_JID, fromMe: true, id: '3EB0AA' })],
    ])('of the account itself within %s, in the chat of its message only', (_where, posted) => {
      expect(only(posted)).toMatchObject({
        messageId: '3EB0AA',
        chat: { id: 'of-message:3EB0AA', isOnlyAlias: true },
      });
    });

    test('within a message, with the chat of that message', () => {
      const key = { remoteJid: `${OWN}@s.whatsapp.net`, fromMe: true, id: '3EB0A0' };
      const protocolMessage = edit('Olá!', { key, type: 14 });
      const posted = upsert({ editedMessage: { message: { protocolMessage } } });
      expect(only(posted)).toMatchObject({
        event: 'edit',
        messageId: '3EB0A0',
        chat: { id: ANA },
        person: ana,
      });
    });

    test('within a status, and tells two edits apart by their words', () => {
      const updated = (text: string) =>
        only(
          event('messages.update', {
            keyId: '3EB0AA',
            remoteJid: ANA_JID,
            fromMe: false,
            status: 'SERVER_ACK',
            message: { editedMessage: { message: { conversation: text } } },
          }),
        );
      const [one, other] = [updated('Olá!'), updated('Olá?')];
      expect(one).toMatchObject({ event: 'edit', messageId: '3EB0AA', chat: { id: ANA } });
      expect(updated('Olá!')).toEqual(one);
      expect((other as { editId: string }).editId).not.toBe((one as { editId: string }).editId);
    });

    test('of the words below a picture', () => {
      const editedMessage = { imageMessage: { caption: 'Look!' } };
      expect(only(event('messages.edited', edit('', { editedMessage })))).toMatchObject({
        content: { kind: 'picture', text: 'Look!', media: { ref } },
      });
    });
  });

  describe('tells of a deletion', () => {
    const key = { remoteJid: ANA_JID, fromMe: false, id: '3EB0AA' };
    const deleted = { event: 'delete', messageId: '3EB0AA', chat: { id: ANA } };

    test.each<[string, WebhookRequest]>([
      ['as a key', event('messages.delete', key)],
      ['as a key with a status', event('messages.delete', { ...key, status: 'DELETED' })],
      ['as a whole message', event('messages.delete', { id: 'cm5x', key, status: 'DELETED' })],
      ['in a list', event('messages.delete', [key])],
      [
        'within a message',
        upsert({ protocolMessage: { key, type: 'REVOKE' } }, { key: { id: '3EB0AB' } }),
      ],
      [
        'within a message, by number',
        upsert({ protocolMessage: { key, type: 0 } }, { key: { id: '3EB0AB' } }),
      ],
    ])('%s', (_how, posted) => {
      expect(only(posted)).toMatchObject(deleted);
    });

    test('once, where two events tell of it', () => {
      expect(parse(event('messages.edited', { key, type: 'REVOKE' }))).toEqual([]);
    });
  });

  describe('tells how a message is doing', () => {
    const update = (fields: object) =>
      parse(
        event('messages.update', { keyId: '3EB0F1', remoteJid: ANA_JID, fromMe: true, ...fields }),
      );

    test.each([
      ['DELIVERY_ACK', 'delivered'],
      ['READ', 'read'],
      ['PLAYED', 'read'],
      ['ERROR', 'failed'],
    ])('%s is %s', (status, state) => {
      expect(update({ status })).toEqual([{ event: 'status', messageId: '3EB0F1', state }]);
      expect(update({ status, remoteJid: ANA_LID })).toHaveLength(1);
    });

    test.each(['PENDING', 'SERVER_ACK', 'DELETED', 'EDITED', '', undefined, 5, 'toString'])(
      '%p means nothing',
      (status) => {
        expect(update({ status })).toEqual([]);
      },
    );

    test('of a group only that it got there: one of many has read it', () => {
      expect(update({ status: 'READ', remoteJid: GROUP_JID })).toMatchObject([
        { state: 'delivered' },
      ]);
    });

    test('of ours only: that we have read a client says nothing', () => {
      expect(update({ status: 'READ', fromMe: false })).toEqual([]);
    });
  });

  describe('tells who is writing', () => {
    const presence = (lastKnownPresence: string) =>
      event('presence.update', { id: ANA_JID, presences: { [ANA_JID]: { lastKnownPresence } } });

    test.each(['composing', 'recording'])('%s', (state) => {
      expect(only({ ...presence(state), receivedAtMs: 5 })).toMatchObject({
        event: 'typing',
        chat: { id: ANA },
        atMs: 5,
      });
    });

    test.each(['available', 'unavailable', 'paused'])('and not who is %s', (state) => {
      expect(parse(presence(state))).toEqual([]);
    });
  });

  test('never passes on what opens a file, or the key of the instance', () => {
    const seen = JSON.stringify(parse(upsert({ imageMessage: file({ caption: 'Look' }) })));
    expect(seen).not.toContain('canary');
  });
});
