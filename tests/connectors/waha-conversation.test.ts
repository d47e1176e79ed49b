import { createHash } from 'node:crypto';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import type {
  ChatAddress,
  OutgoingMessage,
  ReceivedItem,
} from '../../src/server/connectors/messages.ts';
import { createWaha } from '../../src/server/connectors/waha.ts';
import { call, type Listener, listen } from '../support/emulator-client.ts';
import { waitFor } from '../support/wait-for.ts';
import { heldFile } from './support/held-file.ts';
import { OUTGOING, type OutgoingKind, outgoing } from './support/message-kinds.ts';
import { createTools, type TestTools, WEBHOOK_SECRET } from './support/tools.ts';

const API_KEY = 'emulator-waha-key-0123456789';
const LINE = '5511987654321';
const CLIENT = '5511955550101';
const GROUP = '120363000000000001@g.us';
const CHAT: ChatAddress = { chatId: CLIENT, personId: CLIENT, isNew: false };

interface Done {
  message_id: string;
  file?: { size: number; sha256: string };
  lid?: string;
}

/** Two readings of WAHA's documentation, the connector's and the double's, talk to each other. */
describe.each(['WEBJS', 'NOWEB', 'GOWS'])(
  'a conversation with the emulated WAHA on %s',
  (engine) => {
    let emulator: Emulator;
    let backend: Listener;
    let tools: TestTools;
    let connector: ReturnType<typeof createWaha>;
    let credentials: { session: string };

    beforeAll(async () => {
      emulator = await createEmulator();
      connector = createWaha({ url: `${emulator.url}/__services/waha`, apiKey: API_KEY });
    });
    afterAll(() => emulator.close());
    beforeEach(async () => {
      emulator.reset();
      backend = await listen();
      tools = createTools('waha');
      tools.webhook = { url: `${backend.url}/hook`, secret: WEBHOOK_SECRET };
      // What is told when the test is over finds nobody, and must not be told again for half an hour.
      await control('/waha/settings', { engine, pause_factor: 0 });
      const { session } = await connector.begin(tools, '0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee');
      emulator.advance(200);
      await call(emulator, '/__services/phone', {
        json: { service: 'waha', session, change: 'scan', number: LINE },
      });
      emulator.advance(1_000);
      credentials = { session: String(session) };
    });
    afterEach(async () => {
      await tools.close();
      await backend.close();
    });

    async function control(path: string, json: object): Promise<Done> {
      const {
        status,
        json: answer,
        text,
      } = await call(emulator, `/__emulator/services${path}`, { json });
      if (status !== 200) throw new Error(`${path}: ${text}`);
      return answer as Done;
    }

    const client = (act: string, fields: object = {}) =>
      control(`/whatsapp/${act}`, { client: CLIENT, ...fields });

    const carrier = () => {
      if (connector.messages === undefined) throw new Error('WAHA carries no messages');
      return connector.messages;
    };

    /** What the connector makes of all that was posted, each of it proven, once nothing is on its way. */
    async function arrived(): Promise<ReceivedItem[]> {
      await control('/waha/settle', {});
      const items: ReceivedItem[] = [];
      for (const { headers, body } of backend.received.splice(0)) {
        const flat = Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, String(value)]),
        );
        const request = { headers: flat, body: Buffer.from(body) };
        await connector.receive?.(tools, credentials, request);
        items.push(...carrier().parse(request, { externalId: LINE }));
      }
      return items;
    }

    async function sendAll(fields: Partial<OutgoingMessage>, chat = CHAT) {
      const outcomes = [];
      for (const part of carrier().compose(outgoing(fields))) {
        outcomes.push(await carrier().send(tools, credentials, chat, part));
      }
      return outcomes;
    }

    async function hashOf(ref: unknown) {
      const { body } = await carrier().openMedia(tools, credentials, ref);
      const hash = createHash('sha256');
      let size = 0;
      for await (const piece of body as AsyncIterable<Buffer>) {
        hash.update(piece);
        size += piece.length;
      }
      return { size, sha256: hash.digest('hex') };
    }

    test.each([
      ['text', { text: 'Oi' }, 'text'],
      ['image', { caption: 'Look' }, 'picture'],
      ['video', {}, 'video'],
      ['video_note', {}, 'video'],
      ['gif', {}, 'video'],
      ['voice', {}, 'voice'],
      ['audio', {}, 'audio'],
      ['document', { caption: 'Our offer' }, 'file'],
      ['sticker', {}, 'sticker'],
      ['location', { name: 'Praça' }, 'location'],
      ['live_location', {}, 'location'],
      ['contacts', {}, 'contact'],
      ['poll', {}, 'placeholder'],
      ['event', { text: 'Tea' }, 'placeholder'],
      ['unknown', {}, 'placeholder'],
      ['image', { is_view_once: true }, 'picture'],
    ])('brings %s %j as %s, with its file', async (kind, more, expected) => {
      const done = await client('send', { kind, ...more });
      const [item, ...others] = await arrived();
      expect(others).toEqual([]);
      expect(item).toMatchObject({
        event: 'message',
        messageId: done.message_id,
        chat: { id: CLIENT },
        person: { id: CLIENT, phone: `+${CLIENT}`, name: 'Client 0101' },
        content: { kind: expected },
      });
      if (item?.event !== 'message' || !('media' in item.content)) return;
      const { ref } = item.content.media;
      const { size, sha256 } = done.file ?? {};
      expect(await hashOf(ref)).toEqual({ size, sha256 });
      // WAHA deletes its copy, and fetches the file again.
      emulator.advance(181_000);
      expect(await hashOf(ref)).toEqual({ size, sha256 });
    });

    test('brings every contact of several', async () => {
      const contacts = [{ name: 'Bo' }, { name: 'Cy', phone: '5511966665555' }];
      const { message_id: id } = await client('send', { kind: 'contacts', contacts });
      expect(await arrived()).toMatchObject([
        { messageId: id, content: { kind: 'contact', name: 'Bo' } },
        { messageId: `${id}:2`, content: { kind: 'contact', name: 'Cy', phone: '+5511966665555' } },
      ]);
    });

    test.each(['null', 'error'])(
      'says what a file was where WAHA tells %s of it',
      async (media) => {
        await control('/waha/settings', { media });
        await client('send', { kind: 'document', file: { name: 'offer.pdf' } });
        expect(await arrived()).toMatchObject([
          {
            content: { kind: 'placeholder', what: 'file_unavailable', detail: expect.any(String) },
          },
        ]);
      },
    );

    test('brings a quote, an edit, a reaction, a deletion, and nothing of what waits', async () => {
      const { message_id: first } = await client('send', { text: 'teh' });
      const { message_id: second } = await client('send', { text: 'answer', quote: first });
      await client('edit', { message_id: first, text: 'the' });
      await client('react', { message_id: first, emoji: '👍' });
      await client('react', { message_id: first, emoji: '' });
      await client('delete', { message_id: second });
      await client('send', { text: 'later', waiting: 'only' });
      const who = { chat: { id: CLIENT }, person: { id: CLIENT } };
      expect(await arrived()).toMatchObject([
        { event: 'message', messageId: first, ...who },
        { event: 'message', messageId: second, replyTo: first, ...who },
        { event: 'edit', messageId: first, content: { text: 'the' }, ...who },
        { event: 'reaction', messageId: first, emoji: '👍', ...who },
        { event: 'reaction', messageId: first, emoji: null, ...who },
        { event: 'delete', messageId: second, ...who },
      ]);
    });

    test('brings what is written on the phone, and not what we wrote', async () => {
      const [outcome] = await sendAll({ text: 'Hello' });
      if (outcome?.state !== 'sent') throw new Error('not sent');
      const { message_id: id } = await client('send', { text: 'From my pocket', as: 'phone' });
      const items = (await arrived()).filter(({ event }) => event === 'message');
      expect(items).toMatchObject([
        { messageId: id, isFromStaff: true, chat: { id: CLIENT }, person: { id: CLIENT } },
      ]);
      expect(id).not.toBe(outcome.messageId);
    });

    test.each(['lid', 'twins', 'hidden'])(
      'knows one who is called by %s as one person, as far as anybody can tell',
      async (addressing) => {
        const { lid } = await client('client', { client: { phone: CLIENT, addressing } });
        await client('send', { text: 'Oi' });
        const items = await arrived();
        expect(items.length).toBe(addressing === 'twins' ? 2 : 1);
        const ids = new Set<string>();
        for (const item of items) {
          if (item.event !== 'message') throw new Error(item.event);
          const found = item.chat.isAlias
            ? await carrier().findChat?.(tools, credentials, item.chat.id)
            : undefined;
          ids.add(found?.chatId ?? item.chat.id);
        }
        expect([...ids]).toEqual([addressing === 'hidden' ? `${lid}@lid` : CLIENT]);
        const [chatId = ''] = ids;
        expect(await sendAll({ text: 'Hello' }, { ...CHAT, chatId })).toMatchObject([
          { state: 'sent' },
        ]);
      },
    );

    test('brings a group as one client whose texts begin with a name', async () => {
      await client('group', { id: GROUP, name: 'Friends of tea', members: [CLIENT] });
      await client('send', { chat: GROUP, text: 'Oi' });
      const [item] = await arrived();
      expect(item).toMatchObject({
        chat: { id: GROUP, isGroup: true },
        person: { id: `group:${GROUP}` },
        content: { text: 'Client 0101: Oi' },
      });
      expect(await sendAll({ text: 'Hello' }, { ...CHAT, chatId: GROUP })).toMatchObject([
        { state: 'sent' },
      ]);
    });

    test.each(['status@broadcast', '1698765432@broadcast', '120363000000000009@newsletter'])(
      'brings nothing of %s',
      async (chat) => {
        await client('send', { chat, text: 'x' });
        expect(await arrived()).toEqual([]);
      },
    );

    test('tells how far a message came, by the id that the sending gave', async () => {
      const [outcome] = await sendAll({ text: 'Hello' });
      if (outcome?.state !== 'sent') throw new Error('not sent');
      const { messageId } = outcome;
      await client('read');
      const states = (await arrived()).filter(({ event }) => event === 'status');
      expect(states).toEqual(
        (['delivered', 'read'] as const).map((state) => ({ event: 'status', messageId, state })),
      );
      await client('read', { message_id: messageId, error: true });
      expect(await arrived()).toEqual([{ event: 'status', messageId, state: 'failed' }]);
    });

    test.each(Object.keys(OUTGOING) as OutgoingKind[])(
      'takes %s, after the client was shown that theirs was seen',
      async (kind) => {
        const { message_id: lastReceivedId } = await client('send', { text: 'Oi' });
        const outcomes = await sendAll(OUTGOING[kind](), { ...CHAT, lastReceivedId });
        expect(outcomes.length).toBeGreaterThan(0);
        for (const outcome of outcomes) expect(outcome).toMatchObject({ state: 'sent' });
        const judged = await call(emulator, '/__emulator/services/waha/judge');
        expect(judged.json).toMatchObject({ faults: [] });
      },
    );

    test('takes a large file by our link', async () => {
      const media = {
        kind: 'file' as const,
        ...heldFile('a.zip', 'application/zip', { bytes: 40 * 2 ** 20 }),
      };
      media.link = `${backend.url}/media/1`;
      expect(await sendAll({ media })).toMatchObject([{ state: 'sent' }]);
    });

    test('takes a quote, a reaction and typing, and is told when the client types', async () => {
      const { message_id: id } = await client('send', { text: 'Oi' });
      const [outcome] = await sendAll({ text: 'Yes', replyTo: id });
      if (outcome?.state !== 'sent') throw new Error('not sent');
      for (const reaction of [
        { messageId: id, isOurs: false, emoji: '👍' },
        { messageId: outcome.messageId, isOurs: true, emoji: '👍' },
        { messageId: id, isOurs: false, emoji: null },
      ]) {
        const reacted = await carrier().react?.(tools, credentials, CHAT, reaction);
        expect(reacted).toMatchObject({ state: 'sent' });
      }
      await carrier().typing?.(tools, credentials, CHAT);
      const seen = await call(emulator, `/__emulator/services/whatsapp/chat?client=${CLIENT}`);
      expect(seen.json).toMatchObject({ own_presence: 'composing' });
      expect(JSON.stringify(seen.json)).toContain(`"quote":"${id}"`);
      await arrived();
      await client('presence', { presence: 'composing' });
      expect(await arrived()).toMatchObject([{ event: 'typing', chat: { id: CLIENT } }]);
    });

    test('writes first to a number, and says when it is not on WhatsApp', async () => {
      const isNew = { chatId: '', personId: '', isNew: true };
      const phone = '+5511944443333';
      expect(await sendAll({ text: 'Hello' }, { ...isNew, phone })).toMatchObject([
        { state: 'sent', chatId: '5511944443333' },
      ]);
      await control('/whatsapp/absent', { phone: '5511922221111' });
      const absent = { ...isNew, phone: '+5511922221111' };
      expect(await sendAll({ text: 'Hello' }, absent)).toEqual([
        { state: 'refused', reason: 'chat_unknown' },
      ]);
    });

    test('waits while the session does not work, and asks to sign in again when it is gone', async () => {
      await call(emulator, '/__services/phone', {
        json: { service: 'waha', ...credentials, change: 'log_out' },
      });
      await expect(sendAll({ text: 'Hello' })).rejects.toMatchObject({ failure: 'unavailable' });
      await connector.unlink(tools, credentials);
      await expect(sendAll({ text: 'Hello' })).rejects.toMatchObject({ failure: 'reauthorize' });
    });

    test('does not know what became of a message whose answer was lost or empty', async () => {
      await control('/waha/refuse', { call: 'sendText', action: 'lose_answer' });
      expect(await sendAll({ text: 'Hello' })).toEqual([{ state: 'unknown' }]);
      await control('/waha/settings', { answers: 'empty' });
      expect(await sendAll({ text: 'Hello' })).toEqual([{ state: 'unknown' }]);
    });

    test('renews a session of an older version without a new sign-in', async () => {
      const path = `/__services/waha/api/sessions/${credentials.session}`;
      const headers = { 'x-api-key': API_KEY };
      const webhooks = [
        { url: tools.webhook?.url, events: ['session.status'], hmac: { key: WEBHOOK_SECRET } },
      ];
      await call(emulator, path, { method: 'PUT', headers, json: { config: { webhooks } } });
      emulator.advance(1_000);
      await connector.health(tools, credentials);
      emulator.advance(1_000);
      await expect(connector.health(tools, credentials)).resolves.toMatchObject({
        status: 'connected',
      });
      await client('send', { text: 'Oi' });
      const items = await waitFor(async () => {
        const all = await arrived();
        return all.length > 0 ? all : undefined;
      });
      expect(items).toMatchObject([{ event: 'message', content: { text: 'Oi' } }]);
    });
  },
);
