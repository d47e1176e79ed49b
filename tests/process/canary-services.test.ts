import type { Channel } from '../../src/contract/api.ts';
import { findChannelSecrets } from '../../src/server/channels/rows.ts';
import { slackConversation, TEAM } from '../messages/slack-chats.ts';
import { NUMBERS, order, whatsAppConversation } from '../messages/whatsapp-chats.ts';
import { databaseDump, found } from '../support/canaries.ts';
import { DEMO, testEnvironment } from '../support/config.ts';
import { connectNumber, connectWorkspace, type PhoneService } from '../support/connect-services.ts';
import { UNLIMITED } from '../support/hurry.ts';
import { slackMember } from '../support/slack.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { saveAll } from '../support/telegram-stage.ts';

/** What people say and are at WhatsApp and at Slack; each appears in Kommo or at the service, and nowhere else. */
const SAID = {
  text: 'canary-text-of-the-client',
  edit: 'canary-text-after-the-edit',
  fileName: 'canary-file-name.pdf',
  name: 'Canary-Person',
  answer: 'canary-answer-of-the-manager',
  attachment: 'canary-attachment.txt',
} as const;

/** Said in what nobody takes, or by services that fail: it travels nowhere. */
const NEVER = { reason: 'canary-reason-of-a-failure' } as const;

const PHONE = '5511955501234';
const SERVICES: PhoneService[] = ['waha', 'evolution'];

let server: TestServer;
const channels: Channel[] = [];

beforeAll(async () => {
  server = await startTestServer({
    seed: { switches: UNLIMITED },
    env: {
      LOG_LEVEL: 'trace',
      WAHA_SECONDS_BETWEEN_MESSAGES: '0',
      EVOLUTION_SECONDS_BETWEEN_MESSAGES: '0',
    },
  });
  await server.install();
  for (const service of SERVICES) {
    channels.push(await connectNumber(server, service, NUMBERS[service]));
  }
  channels.push(await connectWorkspace(server, TEAM));
  await saveAll(server);
  const base_url = `${server.emulator.url}/__services/waha`;
  await order(server, 'waha/settings', { pause_factor: 0.05, base_url });
  await order(server, 'evolution/settings', { pause_factor: 0.05 });
  await slackMember(server.emulator).order('speed', { pause_factor: 0.01 });
});
afterAll(() => server.close());

const atKommo = () => JSON.stringify(server.emulator.state.chats);

const SENDING = [
  '/__services/waha/api/sendText',
  '/__services/evolution/message/sendText/*',
  '/api/chat.postMessage',
];

/** The next two texts fail at every service, which repeats what it was sent. */
function failing(): void {
  const words = [...Object.values(SAID), ...Object.values(NEVER), PHONE].join(' ');
  for (const path of SENDING) {
    for (const status of [400, 500]) {
      server.emulator.fault({ match: { path }, action: { status, body: { error: words } } });
    }
  }
}

test('nothing that was said at WhatsApp or Slack, no number and no key is in a log or, readable, in a row', async () => {
  const people = SERVICES.map((service) => whatsAppConversation(server, service, PHONE));
  await slackMember(server.emulator).order('member', {
    ...{ team: TEAM, id: 'U0CANARY', display_name: SAID.name },
  });
  const member = slackConversation(server, 'U0CANARY', { team: TEAM });
  for (const person of people) await person.become({ name: SAID.name });
  const file = { name: SAID.fileName, mime: 'application/pdf', content_base64: 'JVBERg==' };
  for (const person of people) {
    await person.write(SAID.text);
    await person.act('send', { kind: 'document', file });
  }
  await member.write(SAID.text);
  await member.act('send', { kind: 'file', file });
  const ts = await member.write('before');
  await member.act('edit', { ts, text: SAID.edit });
  await server.waitFor(() => found(atKommo(), { edit: SAID.edit }).length === 1);
  await server.waitFor(() => server.emulator.state.chats.length === 3);

  for (const { id } of server.emulator.state.chats) {
    const write = (what: object) =>
      server.emulator.chat(DEMO.subdomain, { conversation_id: id, ...what });
    await write({ text: SAID.answer });
    await write({ text: SAID.answer, file: { name: SAID.attachment, text: 'x' } });
  }
  const answered = () =>
    server.emulator.state.chats.every(
      ({ messages }) => messages.filter(({ delivery }) => delivery !== null).length >= 2,
    );
  await server.waitFor(answered);
  failing();
  for (const { id } of server.emulator.state.chats) {
    for (const text of [`${SAID.answer} refused`, `${SAID.answer} lost`]) {
      await server.emulator.chat(DEMO.subdomain, { conversation_id: id, text });
    }
  }
  await server.waitFor(() =>
    server.emulator.state.chats.every(({ messages }) =>
      messages.every(({ origin, delivery }) => origin === 'channel' || delivery !== null),
    ),
  );

  for (const path of SENDING) {
    const answers = server.emulator.requests({ path }).map(({ status }) => status);
    expect(answers).toEqual(expect.arrayContaining([400, 500]));
  }

  const { config, db, secrets } = server.context;
  const settings = testEnvironment(server.emulator.port);
  const keys: Record<string, string> = {
    signing: settings.SLACK_SIGNING_SECRET ?? '',
    slack: settings.SLACK_CLIENT_SECRET ?? '',
    waha: settings.WAHA_API_KEY ?? '',
    evolution: settings.EVOLUTION_API_KEY ?? '',
    amojo: config.kommo.channelSecret,
    upload: '/upload/v1/',
  };
  for (const { id, connector } of channels) {
    const own = await findChannelSecrets(db, secrets, id);
    keys[`${connector} webhook`] = own?.webhookSecret ?? '';
    const { accessToken } = own?.credentials ?? {};
    if (typeof accessToken === 'string') keys.token = accessToken;
  }
  expect(Object.values(keys).every((key) => key.length > 4)).toBe(true);
  expect(keys.token).toBeDefined();

  expect(found(atKommo(), SAID).sort()).toEqual(Object.keys(SAID).sort());
  const everything = { ...SAID, ...NEVER, ...keys, phone: PHONE };
  expect(found(server.logs.join(''), everything)).toEqual([]);
  expect(found(await databaseDump(db), everything)).toEqual([]);
  expect(found(atKommo(), keys)).toEqual([]);
}, 120_000);
