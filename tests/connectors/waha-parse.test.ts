import type { ReceivedContent, ReceivedItem } from '../../src/server/connectors/messages.ts';
import { parseEvent } from '../../src/server/connectors/waha/parse.ts';
import {
  ACCOUNT,
  ANA,
  ANA_JID,
  ANA_LID,
  DATE,
  event,
  file,
  GROUP,
  gows,
  ME,
  message,
  noweb,
  web,
} from './support/waha-events.ts';

const AT = DATE * 1000 + 250;
const NUMBER = '5511999990000';
const REF = {
  path: '/api/files/false_5511999990000@c.us_3EB0AA.jpg',
  chat: ANA,
  message: `false_${ANA}_3EB0AA`,
};
const ana = { id: NUMBER, name: 'Ana', phone: `+${NUMBER}` };

const read = (name: string, payload: unknown, more?: object): ReceivedItem[] =>
  parseEvent(event(name, payload, more), ACCOUNT);

function only(payload: object, name = 'message.any'): ReceivedItem {
  const [item, ...others] = read(name, payload);
  if (item === undefined || others.length > 0) throw new Error('not one item');
  return item;
}

function contentOf(payload: object): ReceivedContent | undefined {
  const item = only(payload);
  return item.event === 'message' ? item.content : undefined;
}

describe('a message', () => {
  test('has its bare id, its chat, its person and its time', () => {
    expect(read('message.any', web('chat', { body: ' Oi\r\n' }))).toEqual([
      {
        event: 'message',
        messageId: '3EB0AA',
        chat: { id: NUMBER },
        person: ana,
        content: { kind: 'text', text: 'Oi' },
        atMs: AT,
      },
    ]);
  });

  test('of each engine has the same id, chat and person', () => {
    const lid = { aliases: [ANA_LID] };
    expect(only(web('chat', { body: 'Oi' }))).toMatchObject({ chat: { id: NUMBER }, person: ana });
    expect(only(noweb({ conversation: 'Oi' }))).toMatchObject({
      chat: { id: NUMBER },
      person: ana,
    });
    expect(only(gows({ conversation: 'Oi' }))).toMatchObject({
      messageId: '3EB0AA',
      chat: { id: NUMBER, ...lid },
      person: ana,
      content: { kind: 'text', text: 'Oi' },
    });
    const key = { remoteJid: ANA_LID, remoteJidAlt: ANA_JID, addressingMode: 'lid' };
    const hidden = message({ _data: { key, pushName: 'Ana' }, body: 'Oi' }, '3EB0AA', ANA_LID);
    expect(only(hidden)).toMatchObject({ chat: { id: NUMBER, ...lid }, person: ana });
  });

  test('of a hidden number says that the chat may have another name', () => {
    expect(only(message({ body: 'Oi' }, '3EB0AA', ANA_LID))).toMatchObject({
      chat: { id: ANA_LID, isAlias: true },
      person: { id: ANA_LID, name: ANA_LID, isNameless: true },
    });
  });

  test('of a Mexican number has the other spelling as an alias', () => {
    const item = only(message({ body: 'Hola' }, '3EB0AA', '5215512345678@c.us'));
    expect(item).toMatchObject({
      chat: { id: '5215512345678', aliases: ['525512345678'] },
      person: { id: '5215512345678', phone: '+525512345678' },
    });
  });

  test.each([
    'status@broadcast',
    '1234567890@broadcast',
    '120363000000000009@newsletter',
    '0@c.us',
    'nobody',
    '',
  ])('in %s is none', (chat) => {
    expect(read('message.any', message({ body: 'x' }, '3EB0AA', chat))).toEqual([]);
  });

  test('of one who writes to oneself is none', () => {
    for (const own of [ME.id, ME.lid]) {
      const note = message({
        id: `true_${own}_3EB0AA`,
        fromMe: true,
        from: own,
        to: own,
        body: 'x',
      });
      expect(read('message.any', note)).toEqual([]);
      expect(read('message.any', note, { me: null })).toHaveLength(own === ME.lid ? 1 : 0);
    }
  });

  test.each(['message', 'message.waiting', 'session.status', 'group.v2.update', 'poll.vote'])(
    'is not what %s tells',
    (name) => {
      expect(read(name, web('chat', { body: 'Oi' }))).toEqual([]);
    },
  );

  test('written on the phone is of staff, and the client is whom it was written to', () => {
    const own = { id: `true_${ANA}_3EB0AA`, fromMe: true, body: 'From the phone' };
    const expected = {
      event: 'message',
      isFromStaff: true,
      chat: { id: NUMBER },
      person: { id: NUMBER, name: `+${NUMBER}`, isNameless: true },
    };
    // WhatsApp Web tells both sides, Baileys the chat alone.
    const ofWeb = { ...own, from: ME.id, to: ANA, _data: { type: 'chat', notifyName: 'Shop' } };
    expect(only(message(ofWeb))).toMatchObject(expected);
    expect(only(message({ ...own, to: null, _data: { pushName: 'Shop' } }))).toMatchObject(
      expected,
    );
    expect(only(message({ ...own, source: undefined }))).toMatchObject(expected);
    const info = { Sender: ME.lid, SenderAlt: ME.id, RecipientAlt: ANA_JID };
    const ofGows = { ...own, id: `true_${ANA_LID}_3EB0AA`, _data: { Info: info } };
    expect(only(message(ofGows))).toMatchObject({
      ...expected,
      chat: { id: NUMBER, aliases: [ANA_LID] },
    });
  });

  test('that we sent over the server comes back and is none', () => {
    const own = { id: `true_${ANA}_3EB0AA`, fromMe: true, source: 'api', body: 'Hello' };
    expect(read('message.any', message(own))).toEqual([]);
  });

  test.each([
    ['of WhatsApp Web', { replyTo: { id: '3EB0FF', participant: ANA, body: 'Tea?' } }],
    ['with its whole id', { replyTo: { id: `true_${ANA}_3EB0FF` } }],
    ['that only the engine tells of', { _data: { type: 'chat', quotedStanzaID: '3EB0FF' } }],
    [
      'of Baileys',
      {
        _data: {
          message: { extendedTextMessage: { text: 'Yes', contextInfo: { stanzaId: '3EB0FF' } } },
        },
      },
    ],
    [
      'of whatsmeow',
      {
        _data: {
          Message: { extendedTextMessage: { text: 'Yes', contextInfo: { stanzaID: '3EB0FF' } } },
        },
      },
    ],
  ])('quotes another one %s', (_whose, fields) => {
    expect(only(message({ body: 'Yes', ...fields }))).toMatchObject({
      content: { kind: 'text', text: 'Yes' },
      replyTo: '3EB0FF',
    });
  });
});

describe('a message in a group', () => {
  const inGroup = (fields: object, id = `false_${GROUP}_3EB0AA_${ANA}`) =>
    message({ participant: ANA, ...fields, id }, '3EB0AA', GROUP);

  test('begins with who spoke, and the group is the person', () => {
    const named = inGroup({ body: 'Oi', _data: { pushName: 'Ana' } });
    expect(only(named)).toMatchObject({
      messageId: '3EB0AA',
      chat: { id: GROUP, isGroup: true },
      person: { id: `group:${GROUP}`, name: GROUP, isNameless: true },
      content: { kind: 'text', text: 'Ana: Oi' },
    });
  });

  test.each([
    ['the number of one who has no name', { participant: ANA }, '+5511999990000: Oi'],
    [
      'the number that is told beside a hidden one',
      { participant: ANA_LID, _data: { Info: { SenderAlt: ANA_JID } } },
      '+5511999990000: Oi',
    ],
    ['a hidden number', { participant: ANA_LID }, `${ANA_LID}: Oi`],
    [
      'the author that WhatsApp Web names',
      { participant: null, _data: { author: ANA } },
      '+5511999990000: Oi',
    ],
    ['nobody', { participant: null }, '…: Oi'],
  ])('begins with %s', (_who, fields, text) => {
    expect(contentOf(inGroup({ body: 'Oi', ...fields }))).toEqual({ kind: 'text', text });
  });

  test('is of staff also where the engine forgets that', () => {
    const forgotten = inGroup({ body: 'Oi', participant: ME.lid });
    expect(only(forgotten)).toMatchObject({ isFromStaff: true, content: { text: 'Oi' } });
    const own = inGroup({ body: 'Oi', fromMe: true }, `true_${GROUP}_3EB0AA`);
    expect(only(own)).toMatchObject({ isFromStaff: true, content: { text: 'Oi' } });
  });

  test('with a file has the name below it', () => {
    const picture = inGroup({ ...file('image/jpeg'), _data: { type: 'image', notifyName: 'Ana' } });
    expect(contentOf(picture)).toMatchObject({ kind: 'picture', text: 'Ana' });
  });
});

describe('what a message says', () => {
  const media = (fields: { fileName: string; type: string }) => ({ ref: REF, ...fields });

  test.each<[string, object, ReceivedContent]>([
    [
      'a picture of WhatsApp Web with its words',
      web('image', { ...file('image/jpeg'), body: 'Look' }),
      {
        kind: 'picture',
        media: media({ fileName: 'photo_3EB0AA.jpg', type: 'image/jpeg' }),
        text: 'Look',
      },
    ],
    [
      'a picture of Baileys',
      noweb({ imageMessage: { mimetype: 'image/png', caption: 'Look' } }, file('image/png')),
      {
        kind: 'picture',
        media: media({ fileName: 'photo_3EB0AA.png', type: 'image/png' }),
        text: 'Look',
      },
    ],
    [
      'a video',
      web('video', file('video/mp4'), { duration: '7' }),
      {
        kind: 'video',
        media: media({ fileName: 'video_3EB0AA.mp4', type: 'video/mp4' }),
        seconds: 7,
      },
    ],
    [
      'a round video',
      noweb({ ptvMessage: { mimetype: 'video/mp4', seconds: 7 } }, file('video/mp4')),
      {
        kind: 'video',
        media: media({ fileName: 'video_3EB0AA.mp4', type: 'video/mp4' }),
        seconds: 7,
      },
    ],
    [
      'a voice message of WhatsApp Web',
      web('ptt', file('audio/ogg; codecs=opus')),
      { kind: 'voice', media: media({ fileName: 'voice_3EB0AA.ogg', type: 'audio/ogg' }) },
    ],
    [
      'a voice message of Baileys',
      noweb({ audioMessage: { ptt: true, seconds: 3 } }, file('audio/ogg; codecs=opus')),
      {
        kind: 'voice',
        media: media({ fileName: 'voice_3EB0AA.ogg', type: 'audio/ogg' }),
        seconds: 3,
      },
    ],
    [
      'a voice message of no engine that we know',
      message(file('audio/ogg; codecs=opus')),
      { kind: 'voice', media: media({ fileName: 'voice_3EB0AA.ogg', type: 'audio/ogg' }) },
    ],
    [
      'a song',
      noweb({ audioMessage: { ptt: false } }, file('audio/mpeg')),
      { kind: 'audio', media: media({ fileName: 'audio_3EB0AA.mp3', type: 'audio/mpeg' }) },
    ],
    [
      'a document whose name is repeated as its words',
      web(
        'document',
        { ...file('application/pdf', { filename: 'a/b.pdf' }), body: 'b.pdf' },
        { filename: 'b.pdf' },
      ),
      { kind: 'file', media: media({ fileName: 'a_b.pdf', type: 'application/pdf' }) },
    ],
    [
      'a document with words, in the envelope that Baileys has for it',
      noweb(
        {
          documentWithCaptionMessage: {
            message: { documentMessage: { fileName: 'offer.pdf', caption: 'Our offer' } },
          },
        },
        { ...file('application/pdf'), body: 'Our offer' },
      ),
      {
        kind: 'file',
        media: media({ fileName: 'offer.pdf', type: 'application/pdf' }),
        text: 'Our offer',
      },
    ],
    [
      'a sticker',
      noweb({ stickerMessage: { mimetype: 'image/webp' } }, file('image/webp')),
      { kind: 'sticker', media: media({ fileName: 'sticker_3EB0AA.webp', type: 'image/webp' }) },
    ],
    [
      'a picture that is seen once',
      noweb({ viewOnceMessageV2: { message: { imageMessage: {} } } }, file('image/jpeg')),
      { kind: 'picture', media: media({ fileName: 'photo_3EB0AA.jpg', type: 'image/jpeg' }) },
    ],
    [
      'a place that WAHA tells',
      message({ location: { latitude: '-23.5', longitude: -46.6, description: 'Praça\nCentro' } }),
      { kind: 'location', lat: -23.5, lon: -46.6, text: 'Praça\nCentro' },
    ],
    [
      'a place of WhatsApp Web, whose body is a picture',
      web('location', { body: '/9j/4AAQSkZJRg' }, { lat: -23.5, lng: -46.6, loc: 'Praça' }),
      { kind: 'location', lat: -23.5, lon: -46.6, text: 'Praça' },
    ],
    [
      'a place of Baileys',
      noweb({
        locationMessage: { degreesLatitude: -23.5, degreesLongitude: -46.6, name: 'Praça' },
      }),
      { kind: 'location', lat: -23.5, lon: -46.6, text: 'Praça' },
    ],
    [
      'somebody who shares their way',
      noweb({
        liveLocationMessage: { degreesLatitude: 1, degreesLongitude: 2, caption: 'Coming' },
      }),
      { kind: 'location', lat: 1, lon: 2, text: 'Coming' },
    ],
    [
      'a poll of WhatsApp Web',
      web(
        'poll_creation',
        {},
        { pollName: 'Tea?', pollOptions: [{ name: 'Yes' }, { name: 'No' }] },
      ),
      { kind: 'placeholder', what: 'poll', detail: 'Tea?\nYes\nNo' },
    ],
    [
      'a poll of Baileys',
      noweb({ pollCreationMessageV3: { name: 'Tea?', options: [{ optionName: 'Yes' }] } }),
      { kind: 'placeholder', what: 'poll', detail: 'Tea?\nYes' },
    ],
    [
      'a pressed button',
      noweb({ buttonsResponseMessage: { selectedDisplayText: 'Yes', selectedButtonId: 'b1' } }),
      { kind: 'text', text: 'Yes', callbackData: 'b1' },
    ],
    [
      'a pressed button of a template',
      noweb({ templateButtonReplyMessage: { selectedDisplayText: 'Yes', selectedId: 'b1' } }),
      { kind: 'text', text: 'Yes', callbackData: 'b1' },
    ],
    [
      'a choice from a list, as whatsmeow spells it',
      gows({ listResponseMessage: { title: 'Tea', singleSelectReply: { selectedRowID: 'r1' } } }),
      { kind: 'text', text: 'Tea', callbackData: 'r1' },
    ],
    [
      'a choice from a list of WhatsApp Web',
      web(
        'list_response',
        { body: 'Tea' },
        { listResponse: { singleSelectReply: { selectedRowId: 'r1' } } },
      ),
      { kind: 'text', text: 'Tea', callbackData: 'r1' },
    ],
    [
      'words that vanish in time',
      noweb({ ephemeralMessage: { message: { extendedTextMessage: { text: 'Oi' } } } }),
      { kind: 'text', text: 'Oi' },
    ],
    [
      'words of a business with buttons',
      noweb({ buttonsMessage: { contentText: 'Choose' } }),
      { kind: 'text', text: 'Choose' },
    ],
    [
      'a payment',
      noweb({ requestPaymentMessage: { amount1000: 1 } }),
      { kind: 'placeholder', what: 'payment' },
    ],
    [
      'an invitation to an event',
      noweb({ eventMessage: { name: 'Tea time' } }),
      { kind: 'placeholder', what: 'unsupported', detail: 'Tea time' },
    ],
    [
      'a kind of WhatsApp Web that nobody knows',
      web('hologram'),
      { kind: 'placeholder', what: 'unsupported' },
    ],
  ])('%s', (_what, payload, content) => {
    expect(contentOf(payload)).toEqual(content);
  });

  test('several contacts are several messages, each with an id of its own', () => {
    const card = (name: string, phone: string) =>
      `BEGIN:VCARD\nVERSION:3.0\nFN:${name}\nTEL;type=CELL;waid=${phone}:+${phone}\nEND:VCARD`;
    const cards = [card('Bo', '5511977776666'), card('Cy', '5511966665555')];
    const expected = [
      { messageId: '3EB0AA', content: { kind: 'contact', name: 'Bo', phone: '+5511977776666' } },
      { messageId: '3EB0AA:2', content: { kind: 'contact', name: 'Cy', phone: '+5511966665555' } },
    ];
    expect(read('message.any', message({ vCards: cards }))).toMatchObject(expected);
    const contacts = cards.map((vcard) => ({ vcard }));
    const ofBaileys = noweb({ contactsArrayMessage: { displayName: '2 contacts', contacts } });
    expect(read('message.any', ofBaileys)).toMatchObject(expected);
    const vcardList = cards.map((vcard) => ({ vcard }));
    expect(read('message.any', web('multi_vcard', {}, { vcardList }))).toMatchObject(expected);
  });

  test.each([
    ['was not fetched by configuration', { hasMedia: true, media: null }],
    ['could not be fetched', file('application/pdf', { error: 'Timeout', filename: 'offer.pdf' })],
    [
      'lies in a bucket elsewhere',
      file('application/pdf', {
        url: 'https://s3.example/offer.pdf?X-Amz=1',
        filename: 'offer.pdf',
      }),
    ],
    [
      'lies out of the folder of files',
      file('application/pdf', {
        url: 'http://localhost:3000/api/files/../sessions',
        filename: 'offer.pdf',
      }),
    ],
    ['has no address', file('application/pdf', { url: null, filename: 'offer.pdf' })],
  ])('a file that %s is said to be missing, by its name', (_why, fields) => {
    const document = { documentMessage: { fileName: 'offer.pdf', caption: 'Our offer' } };
    expect(contentOf(noweb(document, fields))).toEqual({
      kind: 'placeholder',
      what: 'file_unavailable',
      detail: 'offer.pdf\nOur offer',
    });
  });

  test.each([
    ['http://localhost:3000/api/files/a.jpg', '/api/files/a.jpg'],
    ['https://waha.example/base/api/files/shop/a.jpg', '/api/files/shop/a.jpg'],
    ['/api/files/a.jpg', '/api/files/a.jpg'],
    ['http://localhost:3000/api/files/a.jpg?x-api-key=secret#x', '/api/files/a.jpg'],
  ])('a file at %s lies at %s of the configured server', (url, path) => {
    expect(contentOf(message(file('image/jpeg', { url })))).toMatchObject({
      kind: 'picture',
      media: { ref: { path } },
    });
  });

  test.each([
    [
      'a key that WhatsApp makes known',
      noweb({ senderKeyDistributionMessage: { groupId: GROUP } }),
    ],
    ['a reaction that comes as a message', noweb({ reactionMessage: { text: '👍' } })],
    ['an edit that comes as a message', noweb({ protocolMessage: { type: 14 } })],
    ['a vote', noweb({ pollUpdateMessage: {} })],
    ['the cover of an album', noweb({ albumMessage: { expectedImageCount: 2 } })],
    ['what could not be decrypted', noweb(undefined as unknown as object)],
    ['a note of WhatsApp Web', web('e2e_notification')],
    ['a call', web('call_log')],
    ['a message that was taken back', web('revoked')],
  ])('%s is nothing that anybody wrote', (_what, payload) => {
    expect(read('message.any', payload)).toEqual([]);
  });
});

describe('what happens to a message', () => {
  test('an edit names the message by its bare id', () => {
    const edited = web('chat', { body: 'Oi!', editedMessageId: '3EB0AA' }, {}, '3EB0E1');
    expect(only(edited, 'message.edited')).toEqual({
      event: 'edit',
      messageId: '3EB0AA',
      editId: expect.stringMatching(/^evt_01/),
      chat: { id: NUMBER },
      person: ana,
      content: { kind: 'text', text: 'Oi!' },
      atMs: AT,
    });
  });

  test('two edits to the same words are two, and one that is told twice is one', () => {
    const payload = web('chat', { body: 'Oi!', editedMessageId: '3EB0AA' });
    const idOf = (more: object = {}) => {
      const [item] = read('message.edited', payload, more);
      return item?.event === 'edit' ? item.editId : undefined;
    };
    expect(idOf()).not.toBe(idOf());
    expect(idOf({ id: undefined })).toBe(idOf({ id: undefined }));
  });

  test('an edit of ours is left out', () => {
    const own = { id: `true_${ANA}_3EB0E1`, fromMe: true, body: 'x', editedMessageId: '3EB0AA' };
    expect(read('message.edited', message(own))).toEqual([]);
  });

  test.each([
    ['by its bare id', { revokedMessageId: '3EB0AA', after: message({}, '3EB0D1'), before: null }],
    ['by the message before', { after: message({}, '3EB0D1'), before: message({}) }],
    ['by itself, in WhatsApp Web', { after: web('revoked') }],
  ])('a deletion names the message %s', (_how, payload) => {
    expect(only(payload, 'message.revoked')).toMatchObject({
      event: 'delete',
      messageId: '3EB0AA',
      chat: { id: NUMBER },
      atMs: AT,
    });
  });

  test('a reaction names the message, and an empty one takes it away', () => {
    const reaction = (text: string) => ({
      ...message({ timestamp: DATE + 0.853 }, '3EB0R1'),
      reaction: { text, messageId: `true_${ANA}_3EB0AA` },
    });
    expect(only(reaction('🙏'), 'message.reaction')).toMatchObject({
      event: 'reaction',
      messageId: '3EB0AA',
      emoji: '🙏',
      chat: { id: NUMBER },
      atMs: DATE * 1000 + 853,
    });
    expect(only(reaction(''), 'message.reaction')).toMatchObject({ emoji: null });
    const own = { ...reaction('🙏'), id: `true_${ANA}_3EB0R1`, fromMe: true };
    expect(read('message.reaction', own)).toEqual([]);
  });

  test.each([
    [-1, 'ERROR', 'failed'],
    [2, 'DEVICE', 'delivered'],
    [3, 'READ', 'read'],
    [4, 'PLAYED', 'read'],
  ])('an acknowledgement %d (%s) means %s', (ack, ackName, state) => {
    const payload = { id: `true_${ANA}_3EB0AA`, from: ANA, fromMe: true, ack, ackName };
    expect(only(payload, 'message.ack')).toEqual({ event: 'status', messageId: '3EB0AA', state });
    expect(only({ ...payload, ack: undefined }, 'message.ack')).toMatchObject({ state });
  });

  test.each([
    ['waits', { ack: 0, ackName: 'PENDING' }],
    ['is at the server', { ack: 1, ackName: 'SERVER' }],
    ['is in a state nobody knows', { ack: 9, ackName: 'X' }],
    ["is the client's own", { id: `false_${ANA}_3EB0AA`, fromMe: false, ack: 3 }],
  ])('an acknowledgement says nothing of a message that %s', (_what, fields) => {
    const payload = { id: `true_${ANA}_3EB0AA`, from: ANA, fromMe: true, ...fields };
    expect(read('message.ack', payload)).toEqual([]);
  });

  test.each(['status@broadcast', '1698765432@broadcast', '120363000000000009@newsletter'])(
    'an acknowledgement in %s is of no message',
    (chat) => {
      for (const id of [`true_${chat}_3EB0AA`, `true_${chat}_3EB0AA_${ANA}`]) {
        expect(read('message.ack', { id, from: chat, fromMe: true, ack: 3 })).toEqual([]);
      }
    },
  );

  test('a group has not read what one of many has', () => {
    const payload = { id: `true_${GROUP}_3EB0AA_${ANA}`, fromMe: true, ack: 3 };
    expect(only(payload, 'message.ack')).toMatchObject({ state: 'delivered' });
  });

  test.each([
    ['typing', 1],
    ['recording', 1],
    ['paused', 0],
    ['online', 0],
  ])('somebody who is %s', (lastKnownPresence, count) => {
    const presences = [{ participant: ANA, lastKnownPresence, lastSeen: null }];
    const items = read('presence.update', { id: ANA, presences });
    expect(items).toHaveLength(count);
    if (count > 0) expect(items[0]).toMatchObject({ event: 'typing', chat: { id: NUMBER } });
    expect(read('presence.update', { id: GROUP, presences })).toEqual([]);
  });
});
