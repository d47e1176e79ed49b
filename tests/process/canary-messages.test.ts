import { createHmac } from 'node:crypto';
import { findChannelSecrets } from '../../src/server/channels/rows.ts';
import { databaseDump, found } from '../support/canaries.ts';
import { botToken, connectBot, readSettings } from '../support/channels.ts';
import { DEMO, PUBLIC_URL } from '../support/config.ts';
import { METRICS_TOKEN } from '../support/metrics.ts';
import {
  connectOwn,
  eventOf,
  type OwnService,
  postEvent,
  type Setup,
  startOwnService,
  taken,
} from '../support/own-service.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { type Done, telegramClient } from '../support/telegram.ts';
import { saveAll } from '../support/telegram-stage.ts';
import { postBody, updateOf } from '../support/telegram-updates.ts';

/** What people say and are; each appears in Kommo or at the service, and in nothing that we keep or show. */
const SAID = {
  text: 'canary-text-of-the-client',
  edit: 'canary-text-after-the-edit',
  caption: 'canary-caption',
  fileName: 'canary-file-name.pdf',
  name: 'Canary-First Canary-Last',
  username: 'canary_username',
  phone: '+5511955501234',
  email: 'canary-person@mail.example',
  conversation: 'canary-conversation-5511955505678',
  person: 'canary-person-id',
  question: 'canary-question-of-a-poll',
  place: 'canary-place',
  contact: 'Canary-Contact',
  contactPhone: '5511955509999',
  answer: 'canary-answer-of-the-manager',
  attachment: 'canary-attachment.txt',
  button: 'canary-button',
  reason: 'canary-reason-of-a-refusal',
  broken: 'canary-in-what-nobody-can-read',
} as const;

/** What opens something. A person's picture is fetched by Kommo itself, at the address the service names. */
const KEYS = { link: 'canary-key-in-an-address' } as const;
const AVATAR = 'canary-key-of-an-avatar';

let server: TestServer;
let service: OwnService;
let setup: Setup;
let client: ReturnType<typeof telegramClient>;
let telegramId: string;
/** Everything the backend answered to anybody, as text. */
const answers: string[] = [];

const BOT = botToken(8);
const ANA = {
  id: 8_555_001,
  ...{ first_name: 'Canary-First', last_name: 'Canary-Last', username: SAID.username },
};

beforeAll(async () => {
  server = await startTestServer({
    env: { API_CHANNELS: 'on', LOG_LEVEL: 'trace', METRICS_TOKEN },
  });
  const { api } = server;
  server.api = async (...call) => {
    const answer = await api(...call);
    answers.push(JSON.stringify([...answer.headers, answer.body]));
    return answer;
  };
  await server.install();
  service = await startOwnService();
  ({ setup } = await connectOwn(server, service));
  telegramId = (await connectBot(server, 8)).id;
  await saveAll(server);
  client = telegramClient(server.emulator, BOT);
  // The answer that shows the secret once is the only one that may.
  answers.length = 0;
});
afterAll(async () => {
  await service.close();
  await server.close();
});

const messages = () => server.emulator.state.chats.flatMap((chat) => chat.messages);

const shown = (text: string) =>
  server.waitFor(() => messages().some((one) => JSON.stringify(one).includes(text)));

async function fetchNoted(path: string, init?: RequestInit): Promise<void> {
  const answer = await fetch(`${server.url}${path}`, init).catch(() => undefined);
  if (answer === undefined) return;
  const type = answer.headers.get('content-type');
  const isOurs = path === '/metrics' || type?.includes('json') === true;
  answers.push(
    JSON.stringify([...answer.headers].filter(([name]) => name !== 'content-disposition')),
  );
  const body = await answer.text().catch(() => '');
  // A file is what it is; what we say ourselves is ours.
  if (isOurs) answers.push(body);
}

async function clientsWrite(): Promise<void> {
  const send = (json: object): Promise<Done> => client.act('send', { client: ANA, ...json });
  const first = await send({ kind: 'text', text: SAID.text });
  await shown(SAID.text);
  await client.act('edit', { client: ANA, message_id: first.message_id, text: SAID.edit });
  await send({ kind: 'document', file: { name: SAID.fileName }, caption: SAID.caption });
  await send({ kind: 'poll', question: SAID.question });
  await send({ kind: 'venue', title: SAID.place });
  await send({ kind: 'contact', first_name: SAID.contact, phone_number: SAID.contactPhone });
  await send({ kind: 'text', text: SAID.text, reply_to: first.message_id });
  await client.act('react', { client: ANA, message_id: first.message_id, emoji: '👍' });
  const url = `${service.serve(`secret.txt?key=${KEYS.link}`, (response) => {
    response.writeHead(200, { 'content-length': 4 }).end('file');
  })}`;
  await own({ message: { kind: 'text', text: SAID.text } });
  await own({
    message: { kind: 'file', media_url: url, file_name: SAID.fileName, text: SAID.caption },
  });
  for (const text of [SAID.edit, SAID.fileName, SAID.question, SAID.place, SAID.contact]) {
    await shown(text);
  }
}

function own(more: object, at = setup) {
  return postEvent(
    server,
    at,
    eventOf({
      conversation: { id: SAID.conversation },
      person: {
        ...{ id: SAID.person, name: SAID.name, phone: SAID.phone, email: SAID.email },
        avatar_url: `${service.origin}/files/a.png?key=${AVATAR}`,
      },
      ...more,
    }),
  ).then(({ status, body }) => {
    answers.push(JSON.stringify([status, body ?? '']));
    return status;
  });
}

async function managersWrite(): Promise<void> {
  for (const chat of server.emulator.state.chats) {
    const conversation_id = chat.id;
    const write = (what: object) =>
      server.emulator.chat(DEMO.subdomain, { conversation_id, ...what });
    await write({ text: SAID.answer, buttons: [[SAID.button]] });
    await write({ text: SAID.answer, file: { name: SAID.attachment, text: 'x' } });
    await write({ kind: 'typing' });
  }
  await server.waitFor(() => service.messages().length >= 2);
}

/** Everything goes wrong, and whoever is asked repeats what it was sent. */
async function everythingFails(): Promise<void> {
  const { emulator } = server;
  const echo = [...Object.values(SAID), ...Object.values(KEYS), BOT, setup.secret].join(' ');
  const amojo = { host: 'amojo.kommo.com', method: 'POST' };
  for (const status of [400, 403, 404, 429, 500]) {
    emulator.fault({ match: amojo, action: { status, body: { error: echo, error_type: 'odd' } } });
    await own({ message: { kind: 'text', text: `${SAID.text} ${status}` } });
  }
  emulator.fault({ match: amojo, action: 'cutMidBody' });
  await own({ message: { kind: 'text', text: `${SAID.text} cut` } });
  const [chat] = emulator.state.chats.filter(({ user }) => user.client_id === `telegram:${ANA.id}`);
  const write = (text: string) =>
    emulator.chat(DEMO.subdomain, { conversation_id: chat?.id ?? '', text });
  const refuse = (more: object) =>
    client.post('refuse', { bot: BOT, method: 'sendMessage', ...more });
  await refuse({ code: 400, description: `Bad Request: ${SAID.reason} ${BOT} ${SAID.answer}` });
  await write(SAID.answer);
  await refuse({ lose_answer: true });
  await write(SAID.answer);
  await refuse({ code: 429, retry_after: 1 });
  await write(SAID.answer);
  emulator.fault({
    match: { path: '/__services/telegram/*/sendMessage' },
    action: { status: 502, body: `<p>${BOT} ${SAID.answer}</p>` },
  });
  await write(SAID.answer);

  let count = 0;
  service.answer((one) => {
    count += 1;
    if (one.event.type !== 'message') return taken(one);
    const body = `${echo} ${JSON.stringify(one)}`;
    if (count === 1)
      return { status: 422, json: { reason: `${SAID.reason} ${body}`.slice(0, 5000) } };
    if (count === 2) return { status: 500, body };
    return count === 3 ? { status: 200, body: `<html>${body}` } : taken(one);
  });
  const [ours] = emulator.state.chats.filter(({ user }) => user.client_id === `api:${SAID.person}`);
  for (let at = 0; at < 2; at += 1) {
    const conversation_id = ours?.id ?? '';
    await emulator.chat(DEMO.subdomain, { conversation_id, text: SAID.answer });
  }
  await server.waitFor(() => count >= 4);
  await badRequests(echo);
}

/** Events and hooks that cannot be read or are not proven, and links that lead nowhere. */
async function badRequests(echo: string): Promise<void> {
  const { db, secrets, config } = server.context;
  const channel = { id: telegramId };
  await postBody(server, channel, `{"update_id": "${SAID.broken}", "message": {"text": 5}}`);
  await postBody(server, channel, `{"${SAID.broken}`);
  await postBody(
    server,
    channel,
    JSON.stringify(updateOf({ text: SAID.broken, entities: SAID.broken, photo: SAID.broken })),
  );
  const stored = await findChannelSecrets(db, secrets, telegramId);
  for (const secret of ['wrong', stored?.webhookSecret ?? '']) {
    await fetchNoted(`/connect/webhooks/telegram/${telegramId}x`, {
      method: 'POST',
      headers: { 'x-telegram-bot-api-secret-token': secret },
      body: echo,
    });
  }
  await own({ message: { kind: SAID.broken } });
  await own({ person: { id: SAID.broken, name: '', phone: SAID.phone } });
  await own({ message: { kind: 'text', text: SAID.broken } }, { ...setup, secret: 'wrong' });
  const [scope] = server.emulator.state.scopes;
  for (const body of [`{"account_id":"x","message":"${SAID.broken}"}`, `{"${SAID.broken}`, echo]) {
    for (const key of [config.kommo.channelSecret, 'wrong']) {
      await fetchNoted(`/kommo/chats/${scope?.scope_id}`, {
        method: 'POST',
        headers: { 'x-signature': createHmac('sha1', key).update(body).digest('hex') },
        body,
      });
    }
  }
  for (const { message } of messages()) {
    const link = String(message.media ?? '');
    if (!link.startsWith(PUBLIC_URL)) continue;
    const path = link.slice(PUBLIC_URL.length);
    await fetchNoted(path);
    await fetchNoted(`${path}x`);
    await fetchNoted(path, { method: 'HEAD' });
    server.emulator.fault({
      match: { path: '/__services/telegram/*/getFile' },
      action: { status: 400, body: { ok: false, error_code: 400, description: echo } },
    });
    await fetchNoted(path);
    server.emulator.fault({ match: { path: '/__services/telegram/file/*' }, action: 'cutMidBody' });
    await fetchNoted(path);
    server.emulator.clearFaults();
  }
}

test('nothing that was said, nobody’s number and no key is in a log, an error or, readable, in a row', async () => {
  await clientsWrite();
  await managersWrite();
  await everythingFails();
  const undelivered = await server.waitFor(async () => {
    const { body } = await server.api('GET', `/messenger/channels/${telegramId}/undelivered`);
    return body._embedded.undelivered.length >= 2 && body._embedded.undelivered;
  });
  expect(undelivered).toContainEqual(expect.objectContaining({ person: { name: SAID.name } }));
  await shown(SAID.reason);
  await readSettings(server);
  await server.api('GET', '/messenger/channels');
  await fetchNoted('/openapi.json');
  await fetchNoted('/metrics', { headers: { authorization: `Bearer ${METRICS_TOKEN}` } });

  const { config, db, secrets } = server.context;
  const keys = {
    ...KEYS,
    bot: BOT,
    botSecret: BOT.split(':')[1] ?? '',
    apiSecret: setup.secret,
    callback: service.callbackUrl.split('/').at(-1) ?? '',
    telegramSecret: (await findChannelSecrets(db, secrets, telegramId))?.webhookSecret ?? '',
    amojo: config.kommo.channelSecret,
    client: config.kommo.clientSecret,
    sealing: config.secretKeys[0]?.key.toString('base64') ?? '',
  };
  const everything = { ...SAID, ...keys, avatar: AVATAR };

  // They were all there: Kommo shows what was said, the service was told what was answered.
  const atKommo = JSON.stringify(server.emulator.state.chats);
  const atService = JSON.stringify(service.posted);
  const { broken: _, username: __, email: ___, ...travelled } = SAID;
  expect(found(atKommo + atService, travelled).sort()).toEqual(Object.keys(travelled).sort());

  expect(found(await databaseDump(server.context.db), everything)).toEqual([]);
  expect(found(server.logs.join(''), everything)).toEqual([]);
  // The name alone is shown to administrators.
  const { name, ...hidden } = everything;
  expect(found(answers.join('\n'), hidden)).toEqual([]);
  expect(
    found(answers.filter((text) => !text.includes('undelivered')).join('\n'), { name }),
  ).toEqual([]);

  // Nor does Kommo get a key of anybody's; what managers may read of a refusal has none in it.
  expect(found(atKommo, keys)).toEqual([]);
  expect(server.emulator.world.judge.tallies().secrets_in_media.count).toBe(0);
}, 120_000);
