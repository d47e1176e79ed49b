import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Credentials, MessageCarrier } from '../../src/server/connectors/connector.ts';
import type { ReceivedItem } from '../../src/server/connectors/messages.ts';
import { createWaha } from '../../src/server/connectors/waha.ts';
import { type Emulated, startEmulated } from './support/emulated.ts';
import {
  INCOMING,
  type IncomingKind,
  OUTGOING,
  type OutgoingKind,
  outgoing,
} from './support/message-kinds.ts';
import { createTools, type TestTools } from './support/tools.ts';

const API_KEY = 'emulator-waha-key-0123456789';
const NUMBER = '5511987654321';
const CLIENT = '5511955550101';
const ADDRESS = { chatId: CLIENT, personId: CLIENT, isNew: false };
const GROUP = '120363000000000001@g.us';

/** What a client does so that the connector should find the kind in what it is told. */
const DONE: Partial<Record<IncomingKind, [act: string, given: object]>> = {
  text: ['send', { text: 'Oi' }],
  picture: ['send', { kind: 'image', caption: 'Look' }],
  video: ['send', { kind: 'video' }],
  voice: ['send', { kind: 'voice' }],
  audio: ['send', { kind: 'audio' }],
  file: ['send', { kind: 'document' }],
  sticker: ['send', { kind: 'sticker' }],
  location: ['send', { kind: 'location' }],
  contact: ['send', { kind: 'contacts' }],
  quote: ['send', { text: 'Yes', quote: 'FIRST' }],
  'button press': ['send', { text: 'Tea', extra: { list_reply: { id: 'row-1', text: 'Tea' } } }],
  edit: ['edit', { message_id: 'FIRST', text: 'Uno' }],
  deletion: ['delete', { message_id: 'FIRST' }],
  reaction: ['react', { message_id: 'FIRST', emoji: '👍' }],
  'reaction taken away': ['react', { message_id: 'FIRST', emoji: '' }],
  'message of staff': ['send', { text: 'From the phone', as: 'phone' }],
  status: ['send', { text: 'From the phone', as: 'phone' }],
  'message in a group': ['send', { text: 'All', chat: GROUP }],
};

/** Both were written from WAHA's pages, by people who did not look at each other's work. */
describe.each(['WEBJS', 'NOWEB', 'GOWS'])('WAHA’s connector and WAHA’s double (%s)', (engine) => {
  let emulated: Emulated;
  let tools: TestTools;
  let server: Server;
  let carrier: MessageCarrier;
  let credentials: Credentials;
  const told: { headers: IncomingHttpHeaders; body: Buffer }[] = [];

  beforeAll(async () => {
    emulated = await startEmulated();
    server = createServer(async (request, response) => {
      told.push({ headers: request.headers, body: await buffer(request) });
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = (server.address() as AddressInfo).port;
    tools = createTools('waha');
    tools.webhook = { ...webhookOf(tools), url: `http://127.0.0.1:${port}/connect` };
    const connector = createWaha({ url: emulated.at('/__services/waha'), apiKey: API_KEY });
    if (connector.messages === undefined) throw new Error('WAHA carries no messages');
    carrier = connector.messages;
    await emulated.post('/__emulator/services/waha/settings', { engine });
    const session = await connector.begin(tools, '0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee');
    await emulated.advance(300);
    const scan = { service: 'waha', change: 'scan', number: NUMBER };
    await emulated.post('/__services/phone', scan);
    await emulated.advance(1_000);
    const progress = await connector.check(tools, session);
    if (progress.state !== 'connected') throw new Error(progress.state);
    credentials = progress.linked.credentials;
  });
  afterAll(async () => {
    await tools.close();
    await emulated.close();
    server.closeAllConnections();
    server.close();
  });

  const act = (name: string, given: object) =>
    emulated.post(`/__emulator/services/whatsapp/${name}`, { client: CLIENT, ...given });

  /** Everything the connector reads out of what came since. */
  async function heard(): Promise<ReceivedItem[]> {
    await emulated.post('/__emulator/services/waha/settle', {});
    return told.splice(0).flatMap(({ headers, body }) => {
      const flat = Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, String(value)]),
      );
      return carrier.parse({ headers: flat, body }, { externalId: NUMBER });
    });
  }

  test.each(Object.entries(DONE))('understand %s', async (kind, [name, given]) => {
    const { message_id } = (await act('send', { text: 'One' })) as { message_id: string };
    await heard();
    await act(name, JSON.parse(JSON.stringify(given).replaceAll('FIRST', message_id)));
    const items = await heard();
    const found = items.filter(INCOMING[kind as IncomingKind]);
    expect([kind, found.length]).toEqual([kind, 1]);
  });

  test('understand that somebody types, once the connector typed itself', async () => {
    await carrier.typing?.(tools, credentials, ADDRESS);
    await act('presence', { presence: 'composing' });
    expect((await heard()).filter(INCOMING.typing)).toHaveLength(1);
  });

  test.each(Object.keys(OUTGOING) as OutgoingKind[])('bring %s to the client', async (kind) => {
    await heard();
    for (const part of carrier.compose(outgoing(OUTGOING[kind]()))) {
      const outcome = await carrier.send(tools, credentials, ADDRESS, part);
      expect(outcome).toMatchObject({ state: 'sent', messageId: expect.stringMatching(/^3EB0/) });
      const seen = await fetch(emulated.at(`/__emulator/services/whatsapp/chat?client=${CLIENT}`));
      const { messages } = (await seen.json()) as { messages: { id: string }[] };
      expect(outcome).toMatchObject({ messageId: messages.at(-1)?.id });
    }
    // What was sent through the API is nothing that staff wrote.
    const echoes = (await heard()).filter(({ event }) => event === 'message');
    expect(echoes).toEqual([]);
  });

  test('have one address for a person whose phone is known, and ask for one that is not', async () => {
    const client = { phone: '5511955550202', lid: '270000000001001', addressing: 'lid' };
    await act('send', { client, text: 'Hi' });
    const [item] = await heard();
    const hidden = { ...client, phone: '5511955550303', lid: '270000000001002' };
    await act('send', { client: { ...hidden, addressing: 'hidden' }, text: 'Hi' });
    const [other] = await heard();
    if (item?.event !== 'message' || other?.event !== 'message') throw new Error('no messages');
    const found = await carrier.findChat?.(tools, credentials, '270000000001001@lid');
    expect([item.chat.id, found?.chatId]).toContain('5511955550202');
    expect(other.chat).toEqual({ id: '270000000001002@lid', isAlias: true });
    expect(await carrier.findChat?.(tools, credentials, '270000000001002@lid')).toBeUndefined();
    const [part] = carrier.compose(outgoing({ text: 'Hello' }));
    const chat = { chatId: other.chat.id, personId: other.person.id, isNew: false };
    await expect(carrier.send(tools, credentials, chat, part)).resolves.toMatchObject({
      state: 'sent',
    });
  });

  test('write first to a number, and know one that is not on WhatsApp', async () => {
    await act('client', { client: { phone: '551187654321' } });
    await act('absent', { phone: '34600999999' });
    const [part] = carrier.compose(outgoing({ text: 'Hello' }));
    const first = (phone: string) =>
      carrier.send(
        tools,
        credentials,
        { chatId: phone, personId: phone, phone, isNew: true },
        part,
      );
    await expect(first('+5511987654321')).resolves.toMatchObject({
      state: 'sent',
      chatId: '551187654321',
    });
    await expect(first('+34600999999')).resolves.toMatchObject({ reason: 'chat_unknown' });
  });

  test('bring a file from the client', async () => {
    await heard();
    await act('send', { kind: 'voice' });
    const [item] = await heard();
    if (item?.event !== 'message' || !('media' in item.content)) throw new Error('no file');
    const { body, type } = await carrier.openMedia(tools, credentials, item.content.media.ref);
    expect([type, (await buffer(body)).subarray(0, 4).toString()]).toEqual([
      'audio/ogg; codecs=opus',
      'OggS',
    ]);
  });
});

function webhookOf({ webhook }: TestTools): { url: string; secret: string } {
  if (webhook === undefined) throw new Error('there is no webhook');
  return webhook;
}
