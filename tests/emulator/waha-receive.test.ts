import { CLIENT, type Json, LINE, startWahaStage, type WahaStage } from './waha-stage.ts';

const ME = `${LINE}@c.us`;
const HER = `${CLIENT}@c.us`;
const GROUP = '120363000000000001@g.us';

describe('what WAHA tells its webhooks', () => {
  let stage: WahaStage;

  beforeAll(async () => {
    stage = await startWahaStage();
  });
  afterAll(() => stage.close());
  beforeEach(async () => {
    stage.reset();
    await stage.link();
  });

  const settings = (change: object) => stage.control('/services/waha/settings', change);
  const last = async (event: string): Promise<Json> => (await stage.told(event)).at(-1);

  test('a text, once as message and once as message.any', async () => {
    const { message_id } = await stage.client('send', { text: 'Olá 👋' });
    const expected = {
      id: `false_${HER}_${message_id}`,
      timestamp: expect.any(Number),
      from: HER,
      to: ME,
      fromMe: false,
      body: 'Olá 👋',
      hasMedia: false,
      media: null,
      ack: 1,
      ackName: 'SERVER',
      vCards: [],
      replyTo: null,
      _data: { notifyName: 'Client 0101', type: 'chat' },
    };
    expect(message_id).toMatch(/^3EB0[0-9A-F]{18}$/);
    expect(await stage.told('message')).toMatchObject([expected]);
    expect(await stage.told('message.any')).toMatchObject([expected]);
    expect((await last('message.any')).source).toBeUndefined();
  });

  test('what is written on the phone itself, as message.any alone', async () => {
    await stage.client('send', { text: 'From my pocket', as: 'phone' });
    expect(await stage.told('message')).toEqual([]);
    expect(await last('message.any')).toMatchObject({
      id: expect.stringMatching(`^true_${HER}_3EB0`),
      from: ME,
      to: HER,
      fromMe: true,
      source: 'app',
      body: 'From my pocket',
    });
  });

  test('what the API sent, with its source', async () => {
    await stage.waha('POST', '/api/sendText', { chatId: HER, text: 'Hello', session: 'default' });
    expect(await last('message.any')).toMatchObject({ fromMe: true, source: 'api', body: 'Hello' });
    expect(await stage.told('message')).toEqual([]);
  });

  test('to another session of the same number, what the first one sent as written elsewhere', async () => {
    await stage.link('second', {
      webhooks: [{ url: `${stage.hookUrl}/2`, events: ['message.any'] }],
    });
    await stage.waha('POST', '/api/sendText', { chatId: HER, text: 'Hello', session: 'default' });
    await stage.told('message.any');
    const sources = stage.hooks
      .filter(({ body }) => body.event === 'message.any')
      .map(({ body }) => [body.session, body.payload.source]);
    expect(sources.sort()).toEqual([
      ['default', 'api'],
      ['second', 'app'],
    ]);
  });

  test.each([
    ['image', 'image/jpeg', 'jpeg', 'image'],
    ['video', 'video/mp4', 'mp4', 'video'],
    ['gif', 'video/mp4', 'mp4', 'video'],
    ['video_note', 'video/mp4', 'mp4', 'video'],
    ['voice', 'audio/ogg; codecs=opus', 'oga', 'ptt'],
    ['audio', 'audio/mpeg', 'mp3', 'audio'],
    ['sticker', 'image/webp', 'webp', 'sticker'],
    ['document', 'application/pdf', 'pdf', 'document'],
  ])(
    '%s as a file that is there for three minutes, behind the key',
    async (kind, mime, end, type) => {
      const sent = await stage.client('send', { kind });
      const { media, hasMedia, _data } = await last('message.any');
      expect({ hasMedia, type: _data.type }).toEqual({ hasMedia: true, type });
      expect(media).toMatchObject({
        url: `http://localhost:3000/api/files/false_${HER}_${sent.message_id}.${end}`,
        mimetype: mime,
        filename: kind === 'document' ? 'document.pdf' : null,
        error: null,
      });
      expect((await stage.file(media.url, 'wrong')).status).toBe(401);
      const answer = await stage.file(media.url);
      expect(answer.headers.get('content-type')).toBe(mime);
      expect((await answer.arrayBuffer()).byteLength).toBe(sent.file.size);
      stage.emulator.advance(181_000);
      const late = await stage.file(media.url);
      expect([late.status, await late.json()]).toMatchObject([
        404,
        { error: { key: 'FILE_NOT_FOUND' } },
      ]);
    },
  );

  test('links to files with the address it was told, and for as long as it was told', async () => {
    await settings({ base_url: 'https://waha.example.com', file_life_seconds: 0 });
    await stage.client('send', { kind: 'image', caption: 'Look' });
    const { media, body } = await last('message.any');
    expect(body).toBe('Look');
    expect(media.url).toMatch(/^https:\/\/waha\.example\.com\/api\/files\//);
    stage.emulator.advance(86_400_000);
    expect((await stage.file(media.url)).status).toBe(200);
  });

  test('a place, cards, a poll, and something nobody knows', async () => {
    await stage.client('send', { kind: 'location', latitude: 1.5, longitude: -2, name: 'Office' });
    expect((await last('message.any')).location).toMatchObject({
      latitude: '1.5',
      longitude: '-2',
      live: false,
      description: 'Office',
    });
    await stage.client('send', {
      kind: 'contacts',
      contacts: [{ name: 'Bia', phone: '5511900001111' }],
    });
    expect((await last('message.any')).vCards).toEqual([
      'BEGIN:VCARD\nVERSION:3.0\nFN:Bia\nTEL;type=CELL;type=VOICE;waid=5511900001111:+5511900001111\nEND:VCARD',
    ]);
    await stage.client('send', { kind: 'poll', question: 'When?', options: ['Now', 'Later'] });
    expect((await last('message.any'))._data).toMatchObject({
      type: 'poll_creation',
      pollName: 'When?',
    });
    await stage.client('send', { kind: 'unknown' });
    expect(await last('message.any')).toMatchObject({
      body: '',
      hasMedia: false,
      _data: { type: 'unknown' },
    });
  });

  test('a press on a row of a list or on a button, as a text with its id in the raw data', async () => {
    const press = { id: 'row-1', text: 'Tea' };
    await stage.client('send', { text: 'Tea', extra: { list_reply: press } });
    expect(await last('message')).toMatchObject({
      body: 'Tea',
      _data: {
        type: 'list_response',
        listResponse: { singleSelectReply: { selectedRowId: 'row-1' } },
      },
    });
    await stage.client('send', { text: 'Tea', extra: { button_reply: press } });
    expect((await last('message'))._data).toMatchObject({ selectedButtonId: 'row-1' });
    await settings({ engine: 'NOWEB' });
    await stage.client('send', { text: 'Tea', extra: { list_reply: press } });
    expect((await last('message'))._data.message).toMatchObject({
      listResponseMessage: { title: 'Tea', singleSelectReply: { selectedRowId: 'row-1' } },
    });
    await stage.client('send', { text: 'Tea', extra: { button_reply: press } });
    expect((await last('message'))._data.message).toMatchObject({
      buttonsResponseMessage: { selectedButtonId: 'row-1', selectedDisplayText: 'Tea' },
    });
  });

  test('a quote, with the beginning of what it answers', async () => {
    const first = await stage.client('send', { kind: 'image', caption: 'This one?' });
    await stage.client('send', { text: 'Yes', as: 'phone', quote: first.message_id });
    expect((await last('message.any')).replyTo).toMatchObject({
      id: `false_${HER}_${first.message_id}`,
      participant: HER,
      body: 'This one?',
      hasMedia: true,
      media: { mimetype: 'image/jpeg' },
    });
  });

  test.each([
    ['a group', GROUP, true],
    ['a broadcast list', '1700000000@broadcast', true],
    ['a status', 'status@broadcast', true],
    ['a channel', '120363000000000009@newsletter', false],
  ])('a message of %s, with who wrote it where it is not plain', async (_what, chat, hasAuthor) => {
    const { message_id } = await stage.client('send', { text: 'All of you', chat });
    const end = hasAuthor ? `_${HER}` : '';
    const payload = await last('message.any');
    expect(payload).toMatchObject({ id: `false_${chat}_${message_id}${end}`, from: chat });
    expect(payload.participant).toBe(hasAuthor ? HER : undefined);
  });

  test('a reaction and its end, of the client and of the phone', async () => {
    const { message_id } = await stage.client('send', { text: 'Done?' });
    const messageId = `false_${HER}_${message_id}`;
    await stage.client('react', { message_id, emoji: '👍', as: 'phone' });
    expect(await last('message.reaction')).toMatchObject({
      fromMe: true,
      source: 'app',
      to: HER,
      reaction: { text: '👍', messageId },
    });
    await stage.client('react', { message_id, emoji: '❤️' });
    await stage.client('react', { message_id, emoji: '' });
    const [, set, ended] = await stage.told('message.reaction');
    expect(set).toMatchObject({ fromMe: false, from: HER, reaction: { text: '❤️', messageId } });
    expect(ended).toMatchObject({ reaction: { text: '', messageId } });
    expect(set.id).not.toBe(messageId);
  });

  test('an edit and a deletion by bare ids', async () => {
    const { message_id } = await stage.client('send', { text: 'Helo' });
    await stage.client('edit', { message_id, text: 'Hello' });
    expect(await last('message.edited')).toMatchObject({
      editedMessageId: message_id,
      body: 'Hello',
    });
    await stage.client('delete', { message_id });
    expect(await last('message.revoked')).toMatchObject({
      revokedMessageId: message_id,
      after: { id: `false_${HER}_${message_id}`, body: '' },
      before: { body: 'Hello' },
    });
    await settings({ engine: 'GOWS' });
    const other = await stage.client('send', { text: 'Bye' });
    await stage.client('edit', { message_id: other.message_id, text: 'Bye!' });
    const edited = await last('message.edited');
    expect(edited.editedMessageId).toBe(other.message_id);
    expect(edited.id).not.toContain(other.message_id);
    await stage.client('delete', { message_id: other.message_id });
    expect(await last('message.revoked')).toMatchObject({
      revokedMessageId: other.message_id,
      before: null,
    });
  });

  test('how far an own message came, one step after the other', async () => {
    await stage.client('client', { is_offline: true });
    await stage.waha('POST', '/api/sendText', { chatId: HER, text: 'Hello', session: 'default' });
    const acks = async () =>
      (await stage.told('message.ack')).map(({ ack, ackName }) => [ack, ackName]);
    expect(await acks()).toEqual([[1, 'SERVER']]);
    await stage.client('client', { is_offline: false });
    expect(await acks()).toEqual([
      [1, 'SERVER'],
      [2, 'DEVICE'],
    ]);
    await stage.client('read');
    await stage.client('read', { played: true });
    expect((await acks()).slice(2)).toEqual([
      [3, 'READ'],
      [4, 'PLAYED'],
    ]);
    expect(await last('message.ack')).toMatchObject({
      id: expect.stringMatching(`^true_${HER}_`),
      fromMe: true,
      participant: null,
    });
    await stage.waha('POST', '/api/sendText', { chatId: HER, text: 'Again', session: 'default' });
    await stage.client('read', { error: true });
    expect((await acks()).at(-1)).toEqual([-1, 'ERROR']);
  });

  test('acknowledgements in a group by an event of their own', async () => {
    await stage.client('send', { text: 'Here?', chat: GROUP });
    await stage.waha('POST', '/api/sendText', { chatId: GROUP, text: 'Here', session: 'default' });
    await stage.client('read', { chat: GROUP });
    expect(await stage.told('message.ack')).toEqual([]);
    expect(await last('message.ack.group')).toMatchObject({ participant: HER, ack: 3 });
  });

  test('a message that cannot be read yet, and that it can be read now', async () => {
    const { message_id } = await stage.client('send', { text: 'Secret', waiting: 'then_message' });
    expect(await last('message.waiting')).toMatchObject({
      id: `false_${HER}_${message_id}`,
      body: '',
    });
    expect(await stage.told('message')).toMatchObject([{ body: 'Secret' }]);
    await stage.client('send', { text: 'Lost', waiting: 'only' });
    expect(await stage.told('message')).toHaveLength(1);
  });

  test('that somebody types, once it is asked for', async () => {
    await stage.client('presence', { presence: 'composing' });
    expect(await stage.told('presence.update')).toEqual([]);
    await stage.waha('POST', `/api/default/presence/${encodeURIComponent(HER)}/subscribe`);
    await stage.client('presence', { presence: 'composing' });
    expect(await last('presence.update')).toEqual({
      id: HER,
      presences: [{ participant: HER, lastKnownPresence: 'typing', lastSeen: null }],
    });
  });

  describe('about people with hidden ids', () => {
    const as = (addressing: string) => ({
      client: { phone: CLIENT, lid: '81896604192873', addressing },
    });
    const LID = '81896604192873@lid';

    test('by the hidden id, which can be looked up', async () => {
      await stage.client('send', { text: 'Hi', ...as('lid') });
      expect(await last('message')).toMatchObject({
        from: LID,
        id: expect.stringMatching(`^false_${LID}_`),
      });
      const looked = await stage.waha('GET', `/api/default/lids/${encodeURIComponent(LID)}`);
      expect(looked.body).toEqual({ lid: LID, pn: HER });
      expect((await stage.waha('GET', `/api/default/lids/pn/${CLIENT}`)).body).toEqual({
        lid: LID,
        pn: HER,
      });
    });

    test('by the hidden id, behind which no phone is told', async () => {
      await stage.client('send', { text: 'Hi', ...as('hidden') });
      expect(await last('message')).toMatchObject({ from: LID });
      expect((await stage.waha('GET', '/api/default/lids/81896604192873')).body).toEqual({
        lid: LID,
        pn: null,
      });
      expect((await stage.waha('GET', '/api/default/lids/pn/5511955550101')).body.lid).toBeNull();
      expect(JSON.stringify(await stage.told('message'))).not.toContain(CLIENT);
    });

    test('in both ways, as the same message twice', async () => {
      const { message_id } = await stage.client('send', { text: 'Hi', ...as('twins') });
      expect((await stage.told('message')).map(({ id }) => id)).toEqual([
        `false_${HER}_${message_id}`,
        `false_${LID}_${message_id}`,
      ]);
    });

    test.each(['NOWEB', 'GOWS'])(
      'with the phone beside the hidden id in the raw data of %s',
      async (engine) => {
        await settings({ engine });
        await stage.client('send', { text: 'Hi', ...as('lid') });
        const { _data } = await last('message');
        const told = engine === 'NOWEB' ? _data.key.remoteJidAlt : _data.Info.SenderAlt;
        expect(told).toBe(`${CLIENT}@s.whatsapp.net`);
      },
    );
  });

  describe.each(['NOWEB', 'GOWS'])('in the way of %s', (engine) => {
    beforeEach(() => settings({ engine }));

    test('from is the chat, whoever wrote', async () => {
      await stage.client('send', { text: 'Mine', as: 'phone' });
      expect(await last('message.any')).toMatchObject({
        from: HER,
        to: null,
        participant: null,
        fromMe: true,
      });
      await stage.client('send', { text: 'Group', chat: GROUP });
      expect(await last('message.any')).toMatchObject({ from: GROUP, to: HER, participant: HER });
    });

    test('the raw data hold the content, and a place holds numbers', async () => {
      await stage.client('send', { kind: 'voice' });
      const { _data, body } = await last('message.any');
      expect(body).toBeNull();
      const audio =
        engine === 'NOWEB' ? _data.message.audioMessage.ptt : _data.Message.audioMessage.PTT;
      expect(audio).toBe(true);
      await stage.client('send', {
        kind: 'location',
        latitude: 1.5,
        longitude: -2,
        name: 'Office',
        address: 'Main 1',
      });
      expect((await last('message.any')).location).toMatchObject({
        latitude: 1.5,
        name: 'Office',
        address: 'Main 1',
      });
      await stage.client('send', { kind: 'text', text: 'Once', is_view_once: true });
      const raw = (await last('message.any'))._data;
      expect((raw.message ?? raw.Message).viewOnceMessageV2).toBeDefined();
    });

    test('a quote is named by its bare id', async () => {
      const first = await stage.client('send', { text: 'This one?' });
      await stage.client('send', { text: 'Yes', quote: first.message_id });
      expect((await last('message.any')).replyTo).toMatchObject({
        id: first.message_id,
        body: 'This one?',
      });
    });
  });
});
