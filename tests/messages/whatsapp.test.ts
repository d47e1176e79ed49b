import { createHash } from 'node:crypto';
import type { Channel } from '../../src/contract/api.ts';
import { findChannelSecrets } from '../../src/server/channels/rows.ts';
import { testEnvironment } from '../support/config.ts';
import { connectNumber, type PhoneService } from '../support/connect-services.ts';
import { call } from '../support/emulator-client.ts';
import type { TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';
import { saveAll } from '../support/telegram-stage.ts';
import { allDone, storedMessages } from './chats.ts';
import {
  NUMBERS,
  order,
  postAs,
  startWhatsApp,
  type WhatsAppConversation,
  whatsAppConversation,
} from './whatsapp-chats.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

let server: TestServer;
let channels: Record<PhoneService, Channel>;
let lastPerson = 5_511_955_700_000;

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

/** Somebody who has not written yet. */
function somebody(service: PhoneService): WhatsAppConversation {
  lastPerson += 1;
  return whatsAppConversation(server, service, String(lastPerson));
}

/** Somebody whose conversation Kommo has already. */
async function begun(service: PhoneService): Promise<WhatsAppConversation> {
  const person = somebody(service);
  await person.write('Oi');
  await person.chat();
  await allDone(server);
  return person;
}

/** Waits until Kommo shows these texts of the person, in one chat. */
async function arrived(person: WhatsAppConversation, texts: string[]): Promise<void> {
  await server.waitFor(() => person.fromClient().length >= texts.length);
  await settled();
  expect(person.fromClient()).toEqual(texts);
  expect(person.chats()).toHaveLength(1);
}

/** Nothing is on its way any more, neither at the doubles nor here. */
async function settled(): Promise<void> {
  await order(server, 'waha/settle', {});
  await server.waitFor(async () => {
    const judged = await order<{ troubled: { state: string }[] }>(server, 'evolution/judge');
    return judged.troubled.every(({ state }) => state !== 'waiting');
  });
  await allDone(server);
}

describe.each(['waha', 'evolution'] as const)('over %s', (service) => {
  test('a text arrives in Kommo, and the answer arrives, is delivered and is read', async () => {
    const person = somebody(service);
    await person.become({ name: 'Beatriz Lima' });
    await person.write('Bom dia');
    const chat = await person.chat();
    expect(chat).toMatchObject({
      conversation_id: `${service}:${NUMBERS[service]}:${person.phone}`,
      user: { name: 'Beatriz Lima', phone: `+${person.phone}` },
    });
    const { status, message_id: id } = await person.answer('How can we help?');
    expect(status).toBe(200);
    await person.delivered(id);
    expect(await person.toClient()).toEqual(['How can we help?']);
    await person.act('read');
    expect((await person.delivered(id, 2)).delivery?.history.map((one) => one.status)).toEqual([
      1, 2,
    ]);
  });

  test('files go both ways, byte for byte', async () => {
    const person = somebody(service);
    const file = { name: 'a.png', mime: 'image/png', content_base64: PNG.toString('base64') };
    await person.act('send', { kind: 'image', file, caption: 'Look' });
    const chat = await person.chat();
    const sha256 = createHash('sha256').update(PNG).digest('hex');
    const got = await server.waitFor(() => {
      const { media, message } = chat.messages[0] ?? {};
      return media?.state !== 'waiting' && media && { media, message };
    });
    expect(got).toMatchObject({
      media: { state: 'fetched', size: PNG.length, sha256 },
      message: { type: 'picture', text: 'Look' },
    });
    const { message_id: id } = await person.answer({
      file: { name: 'b.png', base64: PNG.toString('base64') },
      text: 'And this',
    });
    await person.delivered(id);
    expect(await person.seen()).toMatchObject([
      { kind: 'image', text: 'And this', file: { sha256 } },
    ]);
  });

  describe('a person whom WhatsApp calls by two ids stays one:', () => {
    test('by the number first, then by the hidden id', async () => {
      const person = await begun(service);
      await person.become({ addressing: 'lid' });
      await person.write('It is me');
      await arrived(person, ['Oi', 'It is me']);
    });

    test('by the hidden id first, behind which the service knows the number', async () => {
      const person = somebody(service);
      await person.become({ addressing: 'lid' });
      await person.write('Guess who');
      const chat = await person.chat();
      expect(chat).toMatchObject({
        conversation_id: `${service}:${NUMBERS[service]}:${person.phone}`,
        user: { phone: `+${person.phone}` },
      });
      await person.become({ addressing: 'phone' });
      await person.write('Me again');
      await arrived(person, ['Guess who', 'Me again']);
    });

    test('by a hidden id whose number is told later', async () => {
      const person = somebody(service);
      await person.become({ addressing: 'hidden' });
      await person.write('Guess who');
      const chat = await person.chat();
      expect(chat.conversation_id).toMatch(/@lid$/);
      const { message_id: id } = await person.answer('Who are you?');
      await person.delivered(id);
      // An engine that tells both ids with a message.
      await order(server, 'waha/settings', { engine: 'NOWEB' });
      await person.become({ addressing: 'lid' });
      await person.write('Carla');
      await server.waitFor(() => person.fromClient().length === 2);
      await person.become({ addressing: 'phone' });
      await person.write('And now?');
      await arrived(person, ['Guess who', 'Carla', 'And now?']);
      await order(server, 'waha/settings', { engine: 'WEBJS' });
      const again = await person.answer('Hello Carla');
      await person.delivered(again.message_id);
    });

    test('when each message is told under both ids', async () => {
      const person = somebody(service);
      await person.become({ addressing: 'twins' });
      for (const text of ['One', 'Two', 'Three']) {
        await person.write(text);
        // Evolution tells of messages side by side, so that those of one moment have no order.
        await server.waitFor(() => person.fromClient().includes(text));
      }
      await arrived(person, ['One', 'Two', 'Three']);
      const { message_id: id } = await person.answer('Four');
      await person.delivered(id);
      expect(await person.toClient()).toEqual(['Four']);
    });
  });

  describe('what is written on the phone itself', () => {
    test('arrives once and silently, and is no client’s', async () => {
      const person = await begun(service);
      await person.act('send', { as: 'phone', text: 'From my pocket' });
      await server.waitFor(() => person.fromStaff().length > 0);
      await settled();
      expect(person.fromStaff()).toMatchObject([
        { is_silent: true, message: { text: 'From my pocket' } },
      ]);
      expect(person.fromClient()).toEqual(['Oi']);
    });

    test('begins a chat with the client as whom it is with', async () => {
      const person = somebody(service);
      await person.become({ name: 'Davi' });
      await person.act('send', { as: 'phone', text: 'We met today' });
      const chat = await person.chat();
      expect(chat.user.phone).toBe(`+${person.phone}`);
      await person.write('Indeed');
      await arrived(person, ['Indeed']);
    });

    test('is not what we sent ourselves', async () => {
      const person = await begun(service);
      const { message_id: id } = await person.answer('Not an echo');
      await person.delivered(id);
      await settled();
      expect(person.fromStaff()).toEqual([]);
    });
  });

  test('a text in several calls is delivered with the last of them', async () => {
    const person = await begun(service);
    await person.become({ is_offline: true });
    const long = Array.from({ length: 4_000 }, (_, index) => `word${index}`).join(' ');
    const { message_id: id } = await person.answer(long);
    const parts = await server.waitFor(async () => {
      const seen = await person.seen();
      return seen.reduce((sum, { text }) => sum + (text ?? '').length, 0) > long.length - 9 && seen;
    });
    expect(parts.length).toBeGreaterThan(1);
    await allDone(server);
    const shown = () =>
      person
        .chats()
        .flatMap(({ messages }) => messages)
        .find((one) => one.id === id)?.delivery;
    for (const { id: part } of parts.slice(0, -1)) {
      await person.act('read', { message_id: part });
    }
    await settled();
    expect(shown()).toBeNull();
    await person.act('read', { message_id: parts.at(-1)?.id });
    await person.delivered(id, 2);
    await person.become({ is_offline: false });
  });

  test('a message that the server failed to deliver is shown as failed', async () => {
    const person = await begun(service);
    await person.become({ is_offline: true });
    const { message_id: id } = await person.answer('Will you get this?');
    const [sent] = await server.waitFor(async () => {
      const seen = await person.seen();
      return seen.length > 0 && seen;
    });
    await allDone(server);
    await person.act('read', { message_id: sent?.id, error: true });
    await person.delivered(id, -1);
  });

  test('what a client deletes and edits is deleted and edited in Kommo', async () => {
    const person = await begun(service);
    const message_id = await person.write('Tomorow');
    await arrived(person, ['Oi', 'Tomorow']);
    await person.act('edit', { message_id, text: 'Tomorrow' });
    await server.waitFor(() => person.fromClient().includes('Tomorrow'));
    await arrived(person, ['Oi', 'Tomorrow']);
  });
});

describe.each(['waha', 'evolution'] as const)('a number on %s', (service) => {
  const look = () =>
    tablesOf(server.context.db)
      .updateTable('channels')
      .set({ checked_at: new Date(0) })
      .execute();
  const statusOf = async () => {
    const { body } = await server.api('GET', '/messenger/channels');
    const all: Channel[] = body._embedded.channels;
    return all.find(({ id }) => id === channels[service].id)?.status;
  };

  test('that the phone logged out has its messages wait, which go out after a new sign-in', async () => {
    const person = await begun(service);
    const session = `kommo-${channels[service].id}`;
    await call(server.emulator, '/__services/phone', {
      host: '127.0.0.1',
      json: { service, session, change: 'log_out' },
    });
    await server.waitFor(async () => (await statusOf()) === 'action_needed');
    const answers = ['One', 'Two'];
    for (const text of answers) expect((await person.answer(text)).status).toBe(200);
    await server.waitFor(async () => (await storedMessages(server)).some(({ tries }) => tries > 0));
    expect(await person.toClient()).toEqual([]);

    const channelId = channels[service].id;
    await connectNumber(server, service, NUMBERS[service], { channelId });
    await makeDue();
    await server.waitFor(async () => (await person.toClient()).length === 2);
    expect(await person.toClient()).toEqual(answers);
    await person.write('At last');
    await arrived(person, ['Oi', 'At last']);
  });

  test('whose server tells what an older version asked for is told what we ask for today', async () => {
    const session = await sessionOf(channels[service]);
    const before = await toldOf(service, session);
    expect(before).toContain(service === 'waha' ? 'message.any' : 'MESSAGES_UPSERT');
    await tellLess(service, session);
    expect(await toldOf(service, session)).toHaveLength(1);
    await look();
    await server.waitFor(
      async () => (await toldOf(service, session)).length === before.length,
      30_000,
    );
    await server.waitFor(async () => (await statusOf()) === 'connected');
    const person = await begun(service);
    await person.delivered((await person.answer('Back again')).message_id);
  });

  test('that is removed has everybody’s other ids forgotten with it', async () => {
    const person = await begun(service);
    await person.become({ addressing: 'lid' });
    await person.write('By another id');
    await arrived(person, ['Oi', 'By another id']);
    const aliases = () =>
      tablesOf(server.context.db)
        .selectFrom('chat_aliases')
        .innerJoin('conversations', 'conversations.id', 'chat_aliases.conversation_id')
        .select('chat_aliases.id')
        .where('channel_id', '=', channels[service].id)
        .execute();
    expect((await aliases()).length).toBeGreaterThan(0);
    const all = () => tablesOf(server.context.db).selectFrom('chat_aliases').select('id').execute();
    const ids = new Set((await aliases()).map(({ id }) => id));
    await server.api('DELETE', `/messenger/channels/${channels[service].id}`);
    await server.waitFor(async () => (await all()).every(({ id }) => !ids.has(id)));

    // Connected again, the same people go on in the same chats at Kommo.
    channels[service] = await connectNumber(server, service, NUMBERS[service]);
    await saveAll(server);
    await person.become({ addressing: 'phone' });
    await person.write('Still me');
    await arrived(person, ['Oi', 'By another id', 'Still me']);
  });
});

/** The server's name of the session behind a channel. */
async function sessionOf({ id }: Channel): Promise<string> {
  const { db, secrets } = server.context;
  return String((await findChannelSecrets(db, secrets, id))?.credentials?.session);
}

/** A call of a server's own interface, as its operator makes it. */
async function ask(
  service: PhoneService,
  method: string,
  path: string,
  json?: object,
): Promise<unknown> {
  const { WAHA_API_KEY: waha, EVOLUTION_API_KEY: evolution } = testEnvironment(
    server.emulator.port,
  );
  const key: Record<string, string> =
    service === 'waha' ? { 'x-api-key': waha ?? '' } : { apikey: evolution ?? '' };
  const {
    status,
    text,
    json: answer,
  } = await call(server.emulator, `/__services/${service}${path}`, {
    ...{ method, host: '127.0.0.1', headers: key },
    ...(json !== undefined && { json }),
  });
  if (status >= 300) throw new Error(`${path}: ${status} ${text}`);
  return answer;
}

/** The events that the server tells our webhook of. */
async function toldOf(service: PhoneService, session: string): Promise<string[]> {
  if (service === 'evolution') {
    const found = await ask(service, 'GET', `/webhook/find/${session}`);
    return (found as { events: string[] }).events;
  }
  const { config } = (await ask(service, 'GET', `/api/sessions/${session}`)) as {
    config: { webhooks: { events: string[] }[] };
  };
  return config.webhooks.flatMap(({ events }) => events);
}

/** As a version did that only signed in. */
async function tellLess(service: PhoneService, session: string): Promise<void> {
  if (service === 'evolution') {
    const found = (await ask(service, 'GET', `/webhook/find/${session}`)) as object;
    const webhook = { ...found, events: ['CONNECTION_UPDATE'] };
    return void (await ask(service, 'POST', `/webhook/set/${session}`, { webhook }));
  }
  const path = `/api/sessions/${session}`;
  const { config } = (await ask(service, 'GET', path)) as { config: { webhooks: object[] } };
  const webhooks = config.webhooks.map((one) => ({ ...one, events: ['session.status'] }));
  await ask(service, 'PUT', path, { config: { ...config, webhooks } });
  await server.waitFor(async () => {
    const { status } = (await ask(service, 'GET', path)) as { status: string };
    return status === 'WORKING';
  });
}

/** As if every pause were over. */
async function makeDue(): Promise<void> {
  await tablesOf(server.context.db)
    .updateTable('messages')
    .set({ due_at: new Date() })
    .where('due_at', 'is not', null)
    .execute();
  server.context.wakeMessages();
}

describe('Evolution API', () => {
  /** Rows that stand for a chat: of its own, and as another name of one. */
  const names = async () => {
    const tables = tablesOf(server.context.db);
    const chats = await tables.selectFrom('conversations').select('id').execute();
    const aliases = await tables.selectFrom('chat_aliases').select('id').execute();
    return { chats: chats.length, aliases: aliases.length };
  };

  test.each([
    ['', false],
    [', also while the server cannot be asked', true],
  ])(
    'tells of an edit without saying in which chat: it is made all the same%s',
    async (_also, isDown) => {
      const person = somebody('evolution');
      await person.become({ addressing: 'lid' });
      const message_id = await person.write('Tomorow');
      await arrived(person, ['Tomorow']);
      const before = await names();
      if (isDown) {
        const match = { path: '/__services/evolution/chat/findMessages/*' };
        server.emulator.fault({ match, action: { status: 502 }, times: 0 });
      }
      for (const text of ['Tomorrow', 'Tomorrow at nine']) {
        await person.act('edit', { message_id, text });
        await server.waitFor(() => person.fromClient().includes(text));
      }
      await arrived(person, ['Tomorrow at nine']);
      // Nothing is kept that only one edit could need.
      expect(await names()).toEqual(before);
    },
  );
});

describe('WAHA', () => {
  const control = (settings: object) => order(server, 'waha/settings', settings);
  afterEach(() => control({ answer_delay_ms: 0, acks: 'plain' }));

  test('is asked again for a status that overtook the answer, and believed', async () => {
    const person = await begun('waha');
    await control({ answer_delay_ms: 700 });
    const { message_id: id } = await person.answer('Early bird');
    expect((await person.delivered(id)).delivery?.history).toHaveLength(1);
    await settled();
    expect(await person.toClient()).toEqual(['Early bird']);
  });

  test('tells statuses in any order and again, of which only the higher ones count', async () => {
    const person = await begun('waha');
    for (const acks of ['repeated', 'out_of_order']) {
      await control({ acks });
      const { message_id: id } = await person.answer(`Ticks ${acks}`);
      await person.delivered(id);
      await person.act('read');
      await person.delivered(id, 2);
      await settled();
      expect((await person.delivered(id, 2)).delivery?.history.map((one) => one.status)).toEqual([
        1, 2,
      ]);
    }
    expect(server.emulator.world.judge.tallies().statuses_back.count).toBe(0);
  });

  test('tells of our own message before it answers, and does not say that it is ours', async () => {
    const person = await begun('waha');
    await control({ answer_delay_ms: 1_200 });
    const { message_id: id } = await person.answer('Do not echo');
    const [sent] = await server.waitFor(async () => {
      const seen = await person.seen();
      return seen.length > 0 && seen;
    });
    const session = (await tablesOf(server.context.db)
      .selectFrom('messages')
      .select('state')
      .where('key', '=', id ?? '')
      .executeTakeFirst()) ?? { state: '' };
    expect(session.state).toBe('sending');
    const chat = `${person.phone}@c.us`;
    const status = await postAs(server, channels.waha, {
      event: 'message.any',
      session: 'kommo',
      payload: {
        id: `true_${chat}_${sent?.id}`,
        timestamp: Math.floor(Date.now() / 1_000),
        from: `${NUMBERS.waha}@c.us`,
        to: chat,
        fromMe: true,
        source: 'app',
        body: 'Do not echo',
      },
    });
    expect(status).toBe(204);
    await person.delivered(id);
    await settled();
    expect(person.fromStaff()).toEqual([]);
    expect(await person.toClient()).toEqual(['Do not echo']);
  });

  test('cannot be asked what a hidden id stands for: what is told later makes it one chat', async () => {
    const person = somebody('waha');
    await person.become({ addressing: 'lid' });
    server.emulator.fault({
      match: { path: '/__services/waha/api/*/lids/*' },
      action: { status: 502 },
      times: 0,
    });
    await person.write('Anybody there?');
    expect((await person.chat()).conversation_id).toMatch(/@lid$/);
    server.emulator.clearFaults();
    await control({ engine: 'NOWEB' });
    await person.write('Hello?');
    await server.waitFor(() => person.fromClient().length === 2);
    await person.become({ addressing: 'phone' });
    await person.write('Good');
    await arrived(person, ['Anybody there?', 'Hello?', 'Good']);
    await control({ engine: 'WEBJS' });
  });
});
