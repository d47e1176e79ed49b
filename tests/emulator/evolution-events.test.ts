import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { type Listener, listen } from '../support/emulator-client.ts';
import { BEATRIZ, BUSINESS, eventsOf, evolutionServer } from '../support/evolution.ts';
import { waitFor } from '../support/wait-for.ts';

const JID = `${BEATRIZ.phone}@s.whatsapp.net`;
const LID = '270000000000123@lid';

describe('what the emulated Evolution API tells of', () => {
  let emulator: Emulator;
  let server: ReturnType<typeof evolutionServer>;
  let backend: Listener;

  beforeAll(async () => {
    emulator = await createEmulator();
  });
  afterAll(() => emulator.close());
  beforeEach(async () => {
    emulator.reset();
    backend = await listen();
    server = evolutionServer(emulator);
    await server.link();
    await server.setWebhook({ url: `${backend.url}/hook` });
  });
  afterEach(() => backend.close());

  const upserts = (count = 1) => eventsOf(backend, 'messages.upsert', count);
  /** Everything that was told before has arrived. */
  const settled = async () => {
    await server.act('presence', { presence: 'recording' });
    await waitFor(() =>
      backend.received.some(({ body }) => body.includes('"lastKnownPresence":"recording"')),
    );
  };
  const names = () =>
    backend.received.map(({ body }) => (JSON.parse(body) as { event: string }).event);

  test.each<[string, object, string, object]>([
    ['a text', { kind: 'text', text: 'Oi' }, 'conversation', { conversation: 'Oi' }],
    [
      'a picture',
      { kind: 'image', caption: 'The blue one' },
      'imageMessage',
      {
        imageMessage: {
          mimetype: 'image/jpeg',
          caption: 'The blue one',
          url: expect.stringContaining('https://mmg.whatsapp.net/'),
          fileLength: { low: expect.any(Number), high: 0, unsigned: true },
        },
      },
    ],
    ['a video', { kind: 'video' }, 'videoMessage', { videoMessage: { gifPlayback: false } }],
    ['a GIF', { kind: 'gif' }, 'videoMessage', { videoMessage: { gifPlayback: true } }],
    ['a round video', { kind: 'video_note' }, 'ptvMessage', { ptvMessage: { seconds: 2 } }],
    [
      'a voice',
      { kind: 'voice' },
      'audioMessage',
      { audioMessage: { ptt: true, mimetype: 'audio/ogg; codecs=opus' } },
    ],
    ['music', { kind: 'audio' }, 'audioMessage', { audioMessage: { ptt: false } }],
    [
      'a file',
      { kind: 'document', caption: 'The bill' },
      'documentMessage',
      { documentMessage: { fileName: 'document.pdf', caption: 'The bill' } },
    ],
    ['a sticker', { kind: 'sticker' }, 'stickerMessage', { stickerMessage: { isAnimated: false } }],
    [
      'a place',
      { kind: 'location', latitude: 1.5, longitude: -2.5, name: 'Shop' },
      'locationMessage',
      { locationMessage: { degreesLatitude: 1.5, degreesLongitude: -2.5, name: 'Shop' } },
    ],
    [
      'a live place',
      { kind: 'live_location', latitude: 1.5, longitude: -2.5 },
      'liveLocationMessage',
      { liveLocationMessage: { degreesLatitude: 1.5, degreesLongitude: -2.5 } },
    ],
    [
      'a contact',
      { kind: 'contacts', contacts: [{ name: 'Rui', phone: '5511900000001' }] },
      'contactMessage',
      {
        contactMessage: {
          displayName: 'Rui',
          vcard: expect.stringContaining('waid=5511900000001'),
        },
      },
    ],
    [
      'two contacts',
      {
        kind: 'contacts',
        contacts: [
          { name: 'Rui', phone: '5511900000001' },
          { name: 'Eva', phone: '5511900000002' },
        ],
      },
      'contactsArrayMessage',
      { contactsArrayMessage: { contacts: [{ displayName: 'Rui' }, { displayName: 'Eva' }] } },
    ],
    [
      'a poll',
      { kind: 'poll', question: 'When?', options: ['Now', 'Later'] },
      'pollCreationMessageV3',
      { pollCreationMessageV3: { name: 'When?', options: [{ optionName: 'Now' }, {}] } },
    ],
    [
      'a press on a button',
      { kind: 'text', text: 'Yes', extra: { button_reply: { id: 'y', text: 'Yes' } } },
      'buttonsResponseMessage',
      { buttonsResponseMessage: { selectedButtonId: 'y', selectedDisplayText: 'Yes' } },
    ],
    [
      'a row of a list',
      { kind: 'text', text: 'Small', extra: { list_reply: { id: 's', text: 'Small' } } },
      'listResponseMessage',
      { listResponseMessage: { title: 'Small', singleSelectReply: { selectedRowId: 's' } } },
    ],
    [
      'a forwarded picture',
      { kind: 'image', is_forwarded: true },
      'imageMessage',
      { imageMessage: { contextInfo: { isForwarded: true } } },
    ],
    ['something unheard of', { kind: 'unknown' }, 'unknown', {}],
    [
      'a picture shown once',
      { kind: 'image', is_view_once: true },
      'viewOnceMessageV2',
      { viewOnceMessageV2: { message: { imageMessage: { viewOnce: true } } } },
    ],
  ])('%s', async (_what, given, messageType, message) => {
    const { message_id: id } = await server.act('send', given);
    const [event] = await upserts();
    expect(event?.data).toMatchObject({
      key: { remoteJid: JID, fromMe: false, id },
      pushName: 'Beatriz',
      status: 'DELIVERY_ACK',
      messageType,
      message,
      source: 'web',
      instanceId: expect.any(String),
    });
    expect(event?.data.messageTimestamp).toBe(Math.floor(event?.data.messageTimestamp));
  });

  test('a quote, folded into a text with its context beside it', async () => {
    const first = await server.act('send', { text: 'Is it there?' });
    await server.act('send', { text: 'Hello?', quote: first.message_id });
    const [, event] = await upserts(2);
    expect(event?.data).toMatchObject({
      messageType: 'conversation',
      message: { conversation: 'Hello?' },
      contextInfo: {
        stanzaId: first.message_id,
        participant: JID,
        quotedMessage: { conversation: 'Is it there?' },
      },
    });
  });

  test.each<[string, object[]]>([
    ['phone', [{ remoteJid: JID, remoteJidAlt: LID, addressingMode: 'pn' }]],
    ['lid', [{ remoteJid: LID, remoteJidAlt: JID, addressingMode: 'lid' }]],
    ['hidden', [{ remoteJid: LID, addressingMode: 'lid' }]],
    [
      'twins',
      [
        { remoteJid: JID, addressingMode: 'pn' },
        { remoteJid: LID, addressingMode: 'lid' },
      ],
    ],
  ])('a person who shows as %s', async (addressing, keys) => {
    const client = { ...BEATRIZ, addressing, lid: LID.replace('@lid', '') };
    const { message_id: id } = await server.act('send', { client, text: 'Oi' });
    const events = await upserts(keys.length);
    expect(events.map(({ data }) => data.key)).toEqual(
      expect.arrayContaining(keys.map((key) => ({ ...key, fromMe: false, id }))),
    );
  });

  test('groups, with who spoke; none when the instance ignores them', async () => {
    const { id: chat } = (await server.control('whatsapp/group', {
      name: 'Neighbours',
      members: [BEATRIZ.phone],
    })) as { id: string };
    await server.act('send', { chat, text: 'All of you' });
    const [event] = await upserts();
    expect(event?.data).toMatchObject({
      key: { remoteJid: chat, participant: JID, fromMe: false },
      pushName: 'Beatriz',
    });
    await server.ask('POST', '/settings/set/shop', {
      ...{ rejectCall: false, groupsIgnore: true, alwaysOnline: false },
      ...{ readMessages: false, readStatus: false, syncFullHistory: false },
    });
    await server.act('send', { chat, text: 'Unheard' });
    await server.act('send', { chat: 'status@broadcast', text: 'My day' });
    await server.act('send', { chat: '1203@newsletter', text: 'News' });
    await server.act('send', { text: 'Heard' });
    expect((await upserts(2)).map(({ data }) => data.message.conversation)).toEqual([
      'All of you',
      'Heard',
    ]);
  });

  test('what is written on the phone itself, and how far it comes', async () => {
    const { message_id: id } = await server.act('send', { as: 'phone', text: 'By hand' });
    const [event] = await upserts();
    expect(event?.data).toMatchObject({
      key: { remoteJid: JID, fromMe: true, id },
      pushName: 'Você',
      status: 'SERVER_ACK',
      message: { conversation: 'By hand' },
    });
    await server.act('read');
    const updates = await eventsOf(backend, 'messages.update', 3);
    expect(updates.map(({ data }) => data)).toMatchObject(
      ['SERVER_ACK', 'DELIVERY_ACK', 'READ'].map((status) => ({
        keyId: id,
        remoteJid: JID,
        fromMe: true,
        status,
        messageId: expect.any(String),
      })),
    );
  });

  test('no receipts of groups, and none of what it never saw', async () => {
    const { id: chat } = (await server.control('whatsapp/group', {
      name: 'Neighbours',
      members: [BEATRIZ.phone],
    })) as { id: string };
    await server.act('send', { as: 'phone', chat, text: 'To all' });
    await server.act('read', { chat });
    await settled();
    expect(names()).not.toContain('messages.update');
  });

  test('reactions as messages, seen from this side', async () => {
    const mine = await server.act('send', { as: 'phone', text: 'Done' });
    await server.act('react', { message_id: mine.message_id, emoji: '👍' });
    await server.act('react', { message_id: mine.message_id, emoji: '' });
    const events = await upserts(3);
    expect(events.slice(1).map(({ data }) => data)).toMatchObject([
      {
        key: { remoteJid: JID, fromMe: false },
        messageType: 'reactionMessage',
        message: {
          reactionMessage: {
            text: '👍',
            key: { remoteJid: JID, fromMe: true, id: mine.message_id },
          },
        },
      },
      { message: { reactionMessage: { text: '' } } },
    ]);
    expect(events[1]?.data.key.id).not.toBe(mine.message_id);
  });

  test('edits, whose key is the author’s own view', async () => {
    const hers = await server.act('send', { text: 'Befor' });
    await server.act('edit', { message_id: hers.message_id, text: 'Before' });
    const mine = await server.act('send', { as: 'phone', text: 'Aftr' });
    await server.act('edit', { as: 'phone', message_id: mine.message_id, text: 'After' });
    const [first, second] = await eventsOf(backend, 'messages.edited', 2);
    expect(first?.data).toMatchObject({
      key: { remoteJid: `${BUSINESS}@s.whatsapp.net`, fromMe: true, id: hers.message_id },
      type: 'MESSAGE_EDIT',
      editedMessage: { conversation: 'Before' },
    });
    expect(second?.data).toMatchObject({
      key: { remoteJid: JID, fromMe: true, id: mine.message_id },
      editedMessage: { conversation: 'After' },
    });
    expect(names()).not.toContain('messages.delete');
  });

  test('edits as "DELETED" too, as older servers did', async () => {
    await server.control('evolution/settings', { edits_as_deleted: true });
    const hers = await server.act('send', { text: 'Befor' });
    await server.act('edit', { message_id: hers.message_id, text: 'Before' });
    const [update] = await eventsOf(backend, 'messages.update');
    expect(update?.data).toMatchObject({
      keyId: hers.message_id,
      fromMe: false,
      status: 'DELETED',
    });
  });

  test('deletions twice: as an edit without text, and as a key', async () => {
    const hers = await server.act('send', { text: 'Oops' });
    await server.act('delete', { message_id: hers.message_id });
    const [edited] = await eventsOf(backend, 'messages.edited');
    const [deleted] = await eventsOf(backend, 'messages.delete');
    expect(edited?.data).toMatchObject({ key: { id: hers.message_id }, type: 'REVOKE' });
    expect(edited?.data).not.toHaveProperty('editedMessage');
    expect(deleted?.data).toMatchObject({ remoteJid: JID, fromMe: false, id: hers.message_id });
  });

  test('that somebody types, and no more', async () => {
    await server.act('presence', { presence: 'composing' });
    await server.act('presence', { presence: 'paused' });
    const events = await eventsOf(backend, 'presence.update', 2);
    expect(events.map(({ data }) => data)).toEqual([
      { id: JID, presences: { [JID]: { lastKnownPresence: 'composing' } } },
      { id: JID, presences: { [JID]: { lastKnownPresence: 'available' } } },
    ]);
  });

  test('contacts: new at first, then the same again', async () => {
    await server.act('send', { text: 'One' });
    await server.act('send', { text: 'Two' });
    const [made] = await eventsOf(backend, 'contacts.upsert');
    const [known] = await eventsOf(backend, 'contacts.update');
    expect(made?.data).toMatchObject({ remoteJid: JID, pushName: 'Beatriz' });
    expect(known?.data).toEqual(made?.data);
  });

  test('one message id again only after five minutes, as of a device that loops', async () => {
    const { message_id: id } = await server.act('send', { text: 'Once' });
    await server.control('evolution/repeat', { message_id: id, forgotten: false });
    await server.act('send', { text: 'Twice' });
    expect(await upserts(2)).toHaveLength(2);
    emulator.advance(5 * 60_000 + 1_000);
    await server.control('evolution/repeat', { message_id: id, forgotten: false });
    const events = await upserts(3);
    expect(events[2]?.data.key).toEqual(events[0]?.data.key);
    await server.control('evolution/repeat', { message_id: id, copies: 20 });
    expect((await upserts(23)).filter(({ data }) => data.key.id === id)).toHaveLength(22);
  });

  test('a status it does not know as "DELETED"', async () => {
    const { message_id: id } = await server.act('send', { as: 'phone', text: 'Mine' });
    await server.control('evolution/status', { message_id: id, status: 'DELETED' });
    const updates = await eventsOf(backend, 'messages.update', 3);
    expect(updates[2]?.data).toMatchObject({ keyId: id, fromMe: true, status: 'DELETED' });
  });

  test('whole files, when the webhook asks for base64', async () => {
    await server.setWebhook({ url: `${backend.url}/hook`, base64: true });
    const { message_id: id } = await server.act('send', { kind: 'voice' });
    const [event] = await upserts();
    const base64 = String(event?.data.message.base64);
    const asked = await server.ask('POST', '/chat/getBase64FromMediaMessage/shop', {
      message: { key: { id } },
    });
    expect(asked.status).toBe(201);
    expect(asked.json).toMatchObject({
      mediaType: 'audioMessage',
      mimetype: 'audio/ogg; codecs=opus',
      fileName: `${id}.ogg`,
      base64,
    });
    expect(Buffer.from(base64, 'base64').subarray(0, 4).toString()).toBe('OggS');
  });
});
