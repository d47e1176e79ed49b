import type { Channel } from '../../src/contract/api.ts';
import { getRecipient } from '../../src/server/channels/health/receive-event.ts';
import { storeItems } from '../../src/server/messages/receive/store-items.ts';
import type { PhoneService } from '../support/connect-services.ts';
import type { TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';
import { allDone } from './chats.ts';
import {
  NUMBERS,
  order,
  postAs,
  startWhatsApp,
  type WhatsAppConversation,
  whatsAppConversation,
} from './whatsapp-chats.ts';

/** Events that no honest phone makes, and those that look like them. */

let server: TestServer;
let channels: Record<PhoneService, Channel>;
let lastPerson = 5_511_955_900_000;

beforeAll(async () => {
  ({ server, channels } = await startWhatsApp());
});
afterAll(async () => {
  await server.close();
  await server.emulator.close();
});
afterEach(async () => {
  server.emulator.clearFaults();
  await allDone(server);
});

/** Somebody whose conversation Kommo has already. */
async function begun(service: PhoneService): Promise<WhatsAppConversation> {
  lastPerson += 1;
  const person = whatsAppConversation(server, service, String(lastPerson));
  await person.write('Oi');
  await person.chat();
  await allDone(server);
  return person;
}

/** An event of the channel's server, and all that follows from it. @returns the status of the answer */
async function post(service: PhoneService, name: string, data: object): Promise<number> {
  const event =
    service === 'waha'
      ? { event: name, session: 'kommo', payload: data }
      : { event: name, instance: 'kommo', data };
  const status = await postAs(server, channels[service], event);
  await allDone(server);
  return status;
}

/** Everything anybody brought to Kommo, and all that is kept of chats here. */
async function everything(): Promise<unknown> {
  const chats = await tablesOf(server.context.db)
    .selectFrom('conversations')
    .select('id')
    .execute();
  const { chats: atKommo } = server.emulator.state;
  const said = atKommo.flatMap(({ messages }) => messages.map(({ message }) => message.text));
  return { said, atKommo: atKommo.length, here: chats.map(({ id }) => id).toSorted() };
}

describe('an edit that Evolution API tells of by what its author wrote', () => {
  const edit = (key: object, text = 'Send the money elsewhere') => ({
    key,
    type: 'MESSAGE_EDIT',
    editedMessage: { conversation: text },
    timestampMs: String(Date.now()),
  });

  test.each([
    ['as from the victim', false],
    ['as from the author', true],
  ])('puts no words into the mouth of somebody else, named %s', async (_how, fromMe) => {
    const victim = await begun('evolution');
    const before = await everything();
    const id = `3EB0F0F0F0F0${fromMe}`;
    const key = { remoteJid: `${victim.phone}@s.whatsapp.net`, fromMe, id };
    expect(await post('evolution', 'messages.edited', edit(key))).toBe(204);
    expect(await everything()).toEqual(before);
    expect(victim.fromClient()).toEqual(['Oi']);
  });

  test('of a message that nobody knows begins no conversation', async () => {
    const before = await everything();
    for (const remoteJid of [`${NUMBERS.evolution}@s.whatsapp.net`, '103899771998299@lid']) {
      const key = { remoteJid, fromMe: true, id: '3EB0F1F1F1F1' };
      expect(await post('evolution', 'messages.edited', edit(key))).toBe(204);
    }
    expect(await everything()).toEqual(before);
  });

  test('of what a manager wrote, made on the phone, is not the client’s', async () => {
    const person = await begun('evolution');
    const { message_id: id } = await person.answer('Ten dollars');
    await person.delivered(id);
    const [sent] = await person.seen();
    await person.act('edit', { message_id: sent?.id, text: 'Twenty dollars', as: 'phone' });
    await order(server, 'waha/settle', {});
    await allDone(server);
    const key = { remoteJid: `${person.phone}@s.whatsapp.net`, fromMe: true, id: sent?.id };
    await post('evolution', 'messages.edited', edit(key, 'Twenty dollars'));
    await post('evolution', 'messages.update', {
      keyId: sent?.id,
      remoteJid: `${person.phone}@s.whatsapp.net`,
      fromMe: true,
      message: { editedMessage: { message: { conversation: 'Thirty dollars' } } },
    });
    expect(person.fromClient()).toEqual(['Oi']);
    expect(person.fromStaff()).toEqual([]);
  });

  test('of what was written on the phone is made, as staff’s', async () => {
    const person = await begun('evolution');
    const message_id = await person.act('send', { as: 'phone', text: 'From my poket' });
    await server.waitFor(() => person.fromStaff().length > 0);
    await person.act('edit', { message_id, text: 'From my pocket', as: 'phone' });
    await server.waitFor(() => person.fromStaff()[0]?.message.text === 'From my pocket');
    expect(person.fromClient()).toEqual(['Oi']);
  });
});

describe.each(['waha', 'evolution'] as const)(
  'what %s tells of what we sent as of the phone’s',
  (service) => {
    test('can still be quoted and reacted to', async () => {
      const person = await begun(service);
      const { message_id: id } = await person.answer('Monday at ten?');
      await person.delivered(id);
      const [sent] = await person.seen();
      const at = Math.floor(Date.now() / 1000);
      const told =
        service === 'waha'
          ? {
              id: `true_${person.phone}@c.us_${sent?.id}`,
              timestamp: at,
              to: `${person.phone}@c.us`,
              fromMe: true,
              body: 'Monday at ten?',
            }
          : {
              key: { remoteJid: `${person.phone}@s.whatsapp.net`, fromMe: true, id: sent?.id },
              message: { conversation: 'Monday at ten?' },
              messageTimestamp: at,
            };
      await post(service, service === 'waha' ? 'message.any' : 'messages.upsert', told);
      expect(person.fromStaff()).toEqual([]);

      await person.act('send', { text: 'Yes', quote: sent?.id });
      await server.waitFor(() => person.fromClient().includes('Yes'));
      await person.act('react', { message_id: sent?.id, emoji: '👍' });
      const all = () => person.chats().flatMap(({ messages }) => messages);
      expect(all().find(({ message }) => message.text === 'Yes')?.reply_to).toMatchObject({ id });
      await server.waitFor(() => all().find((one) => one.id === id)?.reactions.length === 1);
    });
  },
);

describe('the number itself', () => {
  test('is no client, also where only its hidden id is told', async () => {
    const before = await everything();
    const [hidden, jid] = ['103899771998277@lid', `${NUMBERS.evolution}@s.whatsapp.net`];
    server.emulator.fault({
      match: { path: '/__services/evolution/chat/whatsappNumbers/*' },
      action: { status: 200, body: [{ jid, exists: true, number: hidden, lid: 'lid' }] },
      times: 0,
    });
    await post('evolution', 'messages.upsert', {
      key: { remoteJid: hidden, remoteJidAlt: jid, fromMe: true, id: '3EB0A0A0A0A0' },
      message: { conversation: 'Buy milk' },
      messageTimestamp: Math.floor(Date.now() / 1000),
    });
    expect(await everything()).toEqual(before);
  });
});

describe.each(['waha', 'evolution'] as const)('who is writing, as %s tells it', (service) => {
  test('is shown, by whichever id it is told', async () => {
    const person = await begun(service);
    const hidden = `${Number(person.phone) + 88_000_000_000}@lid`;
    const at = Math.floor(Date.now() / 1000);
    const told =
      service === 'waha'
        ? {
            id: `false_${hidden}_3EB0B0B0B0B0`,
            from: hidden,
            timestamp: at,
            body: 'By both',
            _data: { key: { remoteJidAlt: `${person.phone}@s.whatsapp.net` } },
          }
        : {
            key: {
              ...{ remoteJid: hidden, remoteJidAlt: `${person.phone}@s.whatsapp.net` },
              ...{ fromMe: false, id: '3EB0B0B0B0B0' },
            },
            message: { conversation: 'By both' },
            messageTimestamp: at,
          };
    await post(service, service === 'waha' ? 'message.any' : 'messages.upsert', told);
    await server.waitFor(() => person.fromClient().includes('By both'));
    const typed = () => server.emulator.requests({ path: '/v2/origin/custom/*/typing' }).length;
    const before = typed();
    await post(service, 'presence.update', {
      id: hidden,
      presences:
        service === 'waha'
          ? [{ participant: hidden, lastKnownPresence: 'typing' }]
          : { [hidden]: { lastKnownPresence: 'composing' } },
    });
    await server.waitFor(() => typed() === before + 1);
  });
});

describe('a part of a long text that fails while the others are still on their way', () => {
  test.each(['waha', 'evolution'] as const)('over %s fails the message', async (service) => {
    const person = await begun(service);
    await person.become({ is_offline: true });
    const send = service === 'waha' ? 'api/sendText' : 'message/sendText/*';
    const match = { path: `/__services/${service}/${send}` };
    const long = Array.from({ length: 4_000 }, (_, index) => `word${index}`).join(' ');
    // The first part goes through, the second waits.
    server.emulator.fault({
      match,
      action: { status: 429, headers: { 'retry-after': '3' } },
      after: 1,
    });
    const { message_id: id } = await person.answer(long);
    const [part] = await server.waitFor(async () => {
      const seen = await person.seen();
      return seen.length > 0 && seen;
    });
    await person.act('read', { message_id: part?.id, error: true });
    await person.delivered(id, -1);
    await person.become({ is_offline: false });
  });
});

describe('a session that stops in the middle of a long text', () => {
  test.each([
    [
      'waha',
      'api/sendText',
      422,
      { error: 'Session status is not as expected', expected: ['WORKING'] },
    ],
    [
      'evolution',
      'message/sendText/*',
      400,
      { status: 400, response: { message: ['Error: Connection Closed'] } },
    ],
  ] as const)(
    'of %s goes on with the part that was not sent',
    async (service, path, status, body) => {
      const person = await begun(service);
      const match = { path: `/__services/${service}/${path}` };
      server.emulator.fault({ match, action: { status, body }, after: 1 });
      const words = Array.from({ length: 4_000 }, (_, index) => `word${index}`);
      const { message_id: id } = await person.answer(words.join(' '));
      await person.delivered(id);
      expect((await person.toClient()).join(' ').split(' ')).toEqual(words);
    },
  );
});

describe('a number that is removed while one of its events comes in', () => {
  test('leaves nothing of the client behind', async () => {
    const { id, connector } = channels.evolution;
    const { owner } = await getRecipient(server.context, connector, id);
    if (owner.channel === undefined) throw new Error('no channel');
    const kept = async () => {
      const of = { channel_id: id };
      const tables = tablesOf(server.context.db);
      const rows = await Promise.all(
        (['messages', 'conversations'] as const).map((table) =>
          tables.selectFrom(table).select('id').where('channel_id', '=', of.channel_id).execute(),
        ),
      );
      return rows.flat().length;
    };
    await begun('evolution');
    expect(await kept()).toBeGreaterThan(0);
    await server.api('DELETE', `/messenger/channels/${id}`);
    await server.waitFor(async () => (await kept()) === 0);

    // Its sender was known before the removal, and its body has come since.
    const chat = { id: '5511944440000', aliases: ['103899771998255@lid'] };
    await storeItems(server.context, owner.channel, [
      {
        ...{ event: 'message', messageId: '3EB0C0C0C0C0', atMs: Date.now(), chat },
        person: { id: chat.id, name: 'Late', phone: `+${chat.id}` },
        content: { kind: 'text', text: 'Too late' },
      },
    ]);
    // Both are there, unless a clean-up came by already.
    expect([2, 0]).toContain(await kept());
    server.context.wakeMessages();
    await server.waitFor(async () => (await kept()) === 0);
  });
});
