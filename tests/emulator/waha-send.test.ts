import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CLIENT, type Json, LINE, startWahaStage, type WahaStage } from './waha-stage.ts';

const HER = `${CLIENT}@c.us`;
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('what is sent through WAHA', () => {
  let stage: WahaStage;

  beforeAll(async () => {
    stage = await startWahaStage();
  });
  afterAll(() => stage.close());
  beforeEach(async () => {
    stage.reset();
    await stage.link();
  });

  const send = (call: string, body: object) =>
    stage.waha('POST', `/api/${call}`, { session: 'default', chatId: HER, ...body });
  const settings = (change: object) => stage.control('/services/waha/settings', change);
  const chat = (id = CLIENT): Promise<Json> =>
    stage.control(`/services/whatsapp/chat?line=${LINE}&client=${id}`);
  const lastSeen = async () => (await chat()).messages.at(-1);
  const escaped = (text: string) => encodeURIComponent(text);
  const at = (id: string, chatId = HER) =>
    `/api/default/chats/${escaped(chatId)}/messages/${escaped(id)}`;

  test('gets to the client as it was written', async () => {
    const first = await stage.client('send', { text: 'Hi?' });
    const answer = await send('sendText', {
      text: 'Hi!',
      reply_to: `false_${HER}_${first.message_id}`,
    });
    expect(answer.status).toBe(201);
    expect(await lastSeen()).toMatchObject({
      kind: 'text',
      text: 'Hi!',
      source: 'api',
      via: 'waha/default',
      author: LINE,
      quote: first.message_id,
      ack: 2,
      id: answer.body.id.id,
    });
  });

  test('is answered in each engine’s own way', async () => {
    const webjs = await send('sendText', { text: 'One' });
    const id = (await lastSeen()).id;
    expect(webjs.body).toMatchObject({
      id: { fromMe: true, remote: HER, id, _serialized: `true_${HER}_${id}` },
      _data: { id: { _serialized: `true_${HER}_${id}` }, type: 'chat' },
    });
    await settings({ engine: 'NOWEB' });
    const noweb = await send('sendText', { text: 'Two' });
    expect(noweb.body).toMatchObject({
      key: { remoteJid: `${CLIENT}@s.whatsapp.net`, fromMe: true, id: (await lastSeen()).id },
      status: 'PENDING',
    });
    await settings({ engine: 'GOWS' });
    const gows = await send('sendText', { text: 'Three' });
    expect(gows.body).toMatchObject({
      id: `true_${HER}_${(await lastSeen()).id}`,
      _data: { Message: { conversation: 'Three' } },
    });
  });

  test.each([
    ['sendImage', 'image', 'image/png', null],
    ['sendVideo', 'video', 'video/mp4', null],
    ['sendFile', 'document', 'application/pdf', 'a.bin'],
    ['sendVoice', 'voice', 'audio/ogg; codecs=opus', null],
  ])('%s brings a file out of the request itself', async (call, kind, mimetype, name) => {
    const file = { mimetype, filename: 'a.bin', data: PNG.toString('base64') };
    const answer = await send(call, { file, caption: 'Look', convert: false });
    expect(answer.status).toBe(201);
    expect(await lastSeen()).toMatchObject({
      kind,
      text: kind === 'voice' ? null : 'Look',
      file: { mime: mimetype, name, size: PNG.length, sha256: sha256(PNG) },
    });
    const shown = await fetch(stage.emulator.url + (await lastSeen()).file.url);
    expect(Buffer.from(await shown.arrayBuffer())).toEqual(PNG);
  });

  test('a round film is one when it is asked for', async () => {
    const file = { mimetype: 'video/mp4', data: PNG.toString('base64') };
    await send('sendVideo', { file, asNote: true, convert: false });
    expect(await lastSeen()).toMatchObject({ kind: 'video_note' });
  });

  test('a file is fetched from its address, over redirects, and a refusal there is one here', async () => {
    const asked: string[] = [];
    const server = createServer((incoming, response) => {
      asked.push(incoming.url ?? '');
      if (incoming.url === '/moved')
        return void response.writeHead(302, { location: '/a.png' }).end();
      if (incoming.url !== '/a.png') return void response.writeHead(403).end();
      response.end(PNG);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const from = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const file = (url: string) => ({ file: { mimetype: 'image/png', url } });
    expect((await send('sendImage', file(`${from}/moved`))).status).toBe(201);
    expect(asked).toEqual(['/moved', '/a.png']);
    expect((await lastSeen()).file).toMatchObject({ sha256: sha256(PNG) });
    const refused = await send('sendImage', file(`${from}/gone`));
    expect(refused).toMatchObject({
      status: 500,
      body: { exception: { message: 'Request failed with status code 403' } },
    });
    expect((await send('sendImage', file('ftp://x/'))).status).toBe(500);
    expect((await chat()).messages).toHaveLength(1);
    server.close();
  });

  test('a file of sixty megabytes is counted and hashed while it passes, and not kept', async () => {
    const piece = Buffer.alloc(3 * 1024 * 1024, 'abc');
    const hash = createHash('sha256');
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const outgoing = request(`${stage.emulator.url}/__services/waha/api/sendFile`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': 'emulator-waha-key-0123456789' },
    });
    outgoing.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    outgoing.on('error', reject);
    outgoing.write(`{"session":"default","chatId":"${HER}","file":{"mimetype":"a/b","data":"`);
    for (let sent = 0; sent < 20; sent += 1) {
      hash.update(piece);
      if (!outgoing.write(piece.toString('base64'))) await once(outgoing, 'drain');
    }
    outgoing.end('","filename":"big.bin"},"caption":"All \\"of\\" it"}');
    expect(await promise).toBe(201);
    expect(await lastSeen()).toMatchObject({
      text: 'All "of" it',
      file: { name: 'big.bin', size: 20 * piece.length, sha256: hash.digest('hex') },
    });
    const shown = await fetch(stage.emulator.url + (await lastSeen()).file.url);
    expect(shown.status).toBe(404);
  });

  test.each([
    ['no base64', { mimetype: 'image/png', data: 'not base64!' }, 400],
    ['base64 with something behind its end', { mimetype: 'image/png', data: 'QQ==QQ==' }, 400],
    ['nothing', { mimetype: 'image/png' }, 400],
    ['no type', { data: 'QUFB' }, 400],
  ])('a file that is %s is refused', async (_what, file, status) => {
    expect((await send('sendImage', { file })).status).toBe(status);
    expect((await chat()).messages).toEqual([]);
  });

  test('a body that is too long is refused', async () => {
    await settings({ most_body_bytes: 1_000 });
    const file = { mimetype: 'image/png', data: PNG.toString('base64').repeat(100) };
    expect((await send('sendImage', { file: { ...file, data: 'QUFB'.repeat(1000) } })).status).toBe(
      413,
    );
  });

  test('a place, a card in both ways, a list and buttons', async () => {
    await send('sendLocation', { latitude: 38.8, longitude: -77.1, title: 'Our office' });
    expect((await lastSeen()).location).toEqual({
      latitude: 38.8,
      longitude: -77.1,
      name: 'Our office',
      address: null,
    });
    const contacts = [
      {
        fullName: 'John Doe',
        organization: 'Company',
        phoneNumber: '+91 11111 11111',
        whatsappId: '911111111111',
      },
      {
        vcard:
          'BEGIN:VCARD\nVERSION:3.0\nFN:Jane Doe\nORG:Company;\nTEL;type=CELL;waid=911111111112:+91 11111 11112\nEND:VCARD',
      },
    ];
    await send('sendContactVcard', { contacts });
    expect((await lastSeen()).contacts).toEqual([
      { name: 'John Doe', phone: '911111111111', organization: 'Company' },
      { name: 'Jane Doe', phone: '911111111112', organization: 'Company' },
    ]);
    const rows = [{ title: 'Option 1', rowId: 'option1', description: null }];
    const message = {
      title: 'Menu',
      description: 'Choose',
      button: 'Open',
      sections: [{ title: 'Main', rows }],
    };
    expect((await send('sendList', { message })).status).toBe(201);
    expect(await lastSeen()).toMatchObject({ kind: 'list', extra: message });
    const group = { chatId: '120363000000000001@g.us', message };
    expect((await send('sendList', group)).status).toBe(500);
    const buttons = [{ type: 'reply', text: 'I am good!' }];
    await send('sendButtons', { header: 'How?', body: 'Tell us', footer: '', buttons });
    expect(await lastSeen()).toMatchObject({
      kind: 'buttons',
      text: 'Tell us',
      extra: {
        nativeFlowMessage: {
          buttons: [
            { name: 'quick_reply', buttonParamsJson: expect.stringContaining('I am good!') },
          ],
        },
      },
    });
  });

  test('seen is seen, all of it in WEBJS and what is named elsewhere', async () => {
    const first = await stage.client('send', { text: 'One' });
    await stage.client('send', { text: 'Two' });
    await settings({ engine: 'NOWEB' });
    const messageIds = [`false_${HER}_${first.message_id}`];
    expect((await send('sendSeen', { messageIds })).status).toBe(201);
    const seen = async () => (await chat()).messages.map(({ is_seen }: Json) => is_seen);
    expect(await seen()).toEqual([true, false]);
    await settings({ engine: 'WEBJS' });
    await send('sendSeen', { messageIds });
    expect(await seen()).toEqual([true, true]);
    await stage.client('send', { text: 'Three' });
    const read = await stage.waha('POST', `/api/default/chats/${escaped(HER)}/messages/read`, {});
    expect(read.body.ids).toHaveLength(1);
    expect(await seen()).toEqual([true, true, true]);
  });

  test('the client sees that somebody types, and that it ended', async () => {
    await send('startTyping', {});
    expect((await chat()).own_presence).toBe('composing');
    await send('stopTyping', {});
    expect((await chat()).own_presence).toBe('paused');
    await stage.waha('POST', '/api/default/presence', { chatId: HER, presence: 'recording' });
    expect((await chat()).own_presence).toBe('recording');
    stage.emulator.advance(60_000);
    expect((await chat()).own_presence).toBeNull();
  });

  test('a reaction is put by PUT, and taken back', async () => {
    const { message_id } = await stage.client('send', { text: 'Thanks' });
    const messageId = `false_${HER}_${message_id}`;
    const react = (reaction: string) =>
      stage.waha('PUT', '/api/reaction', { session: 'default', messageId, reaction });
    expect((await react('👍')).status).toBe(200);
    expect((await lastSeen()).reactions).toEqual([{ by: LINE, emoji: '👍' }]);
    expect((await stage.told('message.reaction')).at(-1)).toMatchObject({
      source: 'api',
      fromMe: true,
    });
    await react('');
    expect((await lastSeen()).reactions).toEqual([]);
    expect((await stage.waha('POST', '/api/reaction', { messageId, reaction: '👍' })).status).toBe(
      404,
    );
  });

  test('own messages are edited and deleted, and nobody else’s', async () => {
    await send('sendText', { text: 'Helo' });
    const { id } = await lastSeen();
    const mine = at(`true_${HER}_${id}`);
    expect((await stage.waha('PUT', mine, { text: 'Hello' })).status).toBe(200);
    expect(await lastSeen()).toMatchObject({ text: 'Hello', earlier: ['Helo'] });
    expect((await stage.waha('DELETE', mine)).status).toBe(200);
    expect((await lastSeen()).revoked_at).toEqual(expect.any(Number));
    expect((await stage.waha('PUT', mine, { text: 'Late' })).status).toBe(500);
    const hers = await stage.client('send', { text: 'Hers' });
    const path = at(`false_${HER}_${hers.message_id}`);
    expect((await stage.waha('PUT', path, { text: 'Ours' })).status).toBe(500);
    expect((await stage.waha('DELETE', path)).status).toBe(500);
    expect((await stage.waha('PUT', at(`true_${HER}_3EB0FF`), { text: 'x' })).status).toBe(500);
  });

  test('messages can be looked up by chat and by id', async () => {
    const first = await stage.client('send', { text: 'One' });
    await send('sendText', { text: 'Two' });
    const list = await stage.waha('GET', `/api/default/chats/${escaped(HER)}/messages?limit=10`);
    expect(list.body.map(({ body }: Json) => body)).toEqual(['Two', 'One']);
    const own = await stage.waha(
      'GET',
      `/api/default/chats/${escaped(HER)}/messages?filter.fromMe=true`,
    );
    expect(own.body).toMatchObject([{ body: 'Two', ack: 2, ackName: 'DEVICE' }]);
    expect(own.body[0].source).toBeUndefined();
    const one = await stage.waha('GET', at(`false_${HER}_${first.message_id}`));
    expect(one.body).toMatchObject({ id: `false_${HER}_${first.message_id}`, body: 'One' });
    expect((await stage.waha('GET', at(`true_${HER}_3EB0FF`))).status).toBe(404);
    await settings({ engine: 'GOWS' });
    const anywhere = await stage.waha('GET', at(first.message_id, 'all'));
    expect(anywhere.body).toMatchObject({ body: 'One' });
    const chats = await stage.waha('GET', '/api/default/chats');
    expect(chats.body).toMatchObject([{ id: HER }]);
  });

  test('a number is checked, and a Brazilian one answers in its own spelling', async () => {
    const check = async (phone: string) =>
      (
        await stage.waha(
          'GET',
          `/api/contacts/check-exists?phone=${escaped(phone)}&session=default`,
        )
      ).body;
    expect(await check('+34600111222')).toEqual({ numberExists: true, chatId: '34600111222@c.us' });
    await stage.client('absent', { phone: '34600111223' });
    expect(await check('34600111223')).toEqual({ numberExists: false });
    await stage.client('client', { client: { phone: '551187654321' } });
    expect(await check('5511987654321')).toEqual({
      numberExists: true,
      chatId: '551187654321@c.us',
    });
    const body = { chatId: '5511987654321@c.us', text: 'Hi' };
    expect(await send('sendText', body)).toMatchObject({
      status: 500,
      body: { request: { body: { text: 'Hi' } }, exception: { message: 'No LID for user' } },
    });
    expect((await send('sendText', { ...body, chatId: '551187654321@c.us' })).status).toBe(201);
    expect((await send('sendText', { ...body, chatId: '34600111223@c.us' })).status).toBe(500);
  });

  test('a person is reached by the hidden id, too', async () => {
    await stage.client('client', {
      client: { phone: CLIENT, lid: '81896604192873', addressing: 'hidden', name: 'Ana' },
    });
    const answer = await send('sendText', { chatId: '81896604192873@lid', text: 'Hi' });
    expect(answer.body.id._serialized).toMatch(/^true_81896604192873@lid_3EB0/);
    expect(await lastSeen()).toMatchObject({ text: 'Hi' });
    expect((await send('sendText', { chatId: '99@lid', text: 'Hi' })).status).toBe(500);
    const contact = await stage.waha(
      'GET',
      '/api/contacts?session=default&contactId=81896604192873%40lid',
    );
    expect(contact.body).toMatchObject({ id: '81896604192873@lid', pushname: 'Ana' });
    expect(JSON.stringify(contact.body)).not.toContain(CLIENT);
    const picture = await stage.waha(
      'GET',
      '/api/contacts/profile-picture?session=default&contactId=1',
    );
    expect(picture.body).toEqual({ profilePictureURL: null });
    expect((await stage.waha('GET', '/api/default/lids')).body).toEqual([]);
    expect((await stage.waha('GET', '/api/default/lids/count')).body).toEqual({ count: 0 });
  });

  test('needs the key, and all it is made of', async () => {
    const body = { session: 'default', chatId: HER, text: 'Hi' };
    expect((await stage.waha('POST', '/api/sendText', body, 'wrong')).status).toBe(401);
    expect((await send('sendText', {})).status).toBe(400);
    expect((await send('sendText', { chatId: 'somebody', text: 'x' })).status).toBe(400);
    expect((await send('sendLocation', { latitude: '1' })).status).toBe(400);
    expect((await chat()).messages).toEqual([]);
  });

  test.each([
    ['WEBJS', { name: 'Team', groupMetadata: { subject: 'Team' } }],
    ['NOWEB', { subject: 'Team', participants: [{ id: `${CLIENT}@s.whatsapp.net` }] }],
    ['GOWS', { Name: 'Team' }],
  ])('a group has a name in %s', async (engine, expected) => {
    const { id } = await stage.client('group', { name: 'Team', members: [CLIENT] });
    await settings({ engine });
    const one = await stage.waha('GET', `/api/default/groups/${escaped(id)}`);
    expect(one).toMatchObject({ status: 200, body: expected });
    expect((await stage.waha('GET', '/api/default/groups')).body).toMatchObject([expected]);
    expect((await stage.waha('GET', '/api/default/groups/1%40g.us')).status).toBe(500);
  });

  test('a message gets to a group', async () => {
    const id = '120363000000000001@g.us';
    await stage.client('send', { text: 'Here?', chat: id });
    const answer = await send('sendText', { chatId: id, text: 'Here' });
    expect(answer.body.id._serialized).toMatch(new RegExp(`^true_${id}_3EB0\\w+_${LINE}@c\\.us$`));
    const group: Json = await stage.control(`/services/whatsapp/chat?line=${LINE}&chat=${id}`);
    expect(group.messages.map(({ text, name }: Json) => [name, text])).toEqual([
      ['Client 0101', 'Here?'],
      [`+${LINE}`, 'Here'],
    ]);
  });
});
