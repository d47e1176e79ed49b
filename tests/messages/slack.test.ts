import { createHash, randomUUID } from 'node:crypto';
import type { Channel } from '../../src/contract/api.ts';
import { tokenOf } from '../support/channels.ts';
import { OTHER } from '../support/config.ts';
import { connectWorkspace } from '../support/connect-services.ts';
import { slackMember } from '../support/slack.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';
import { allDone, saveAll, storedMessages } from './chats.ts';
import {
  postToSlackUrl,
  SECOND_TEAM,
  type SlackConversation,
  slackConversation,
  TEAM,
} from './slack-chats.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** What a version asked for that only signed in. */
const OLDER_SCOPES = 'team:read,users:read';

let server: TestServer;
let channel: Channel;
let control: ReturnType<typeof slackMember>;
let lastMember = 0;

beforeAll(async () => {
  server = await startTestServer();
  await server.install();
  await server.install('other');
  channel = await connectWorkspace(server, TEAM);
  const token = tokenOf(server, OTHER.subdomain, OTHER.admin);
  await connectWorkspace(server, SECOND_TEAM, { token });
  await saveAll(server);
  await saveAll(server, 'other');
  control = slackMember(server.emulator);
  await control.order('speed', { pause_factor: 0.01 });
});
afterAll(() => server.close());
afterEach(async () => {
  server.emulator.clearFaults();
  await settled();
  expect(await control.get('judge')).toMatchObject({
    ...{ duplicates: [], answered_echoes: [], secrets_seen: [], replies_to_replies: [] },
  });
});

/** Nothing is on its way any more, neither at Slack nor here. */
async function settled(): Promise<void> {
  await server.waitFor(async () => {
    const { events } = (await control.get('judge')) as { events: { pending: object[] } };
    return events.pending.length === 0;
  });
  await allDone(server);
}

/** A new member of a workspace. */
async function somebody(team = TEAM, names: object = {}): Promise<SlackConversation> {
  lastMember += 1;
  const id = `U0NEW${lastMember}`;
  await control.order('member', { team, id, display_name: `New ${lastMember}`, ...names });
  return slackConversation(server, id, { team });
}

async function begun(): Promise<SlackConversation> {
  const member = await somebody();
  await member.write('Hi');
  await member.chat();
  await settled();
  return member;
}

const count = async () => (await storedMessages(server)).length;

test('a text arrives in Kommo under the member’s name, and the answer is delivered', async () => {
  const member = await somebody(TEAM, { display_name: 'Grace Hopper' });
  await member.write('Good morning');
  expect(await member.chat()).toMatchObject({ user: { name: 'Grace Hopper' } });
  const { status, message_id: id } = await member.answer('How can we help?');
  expect(status).toBe(200);
  await member.delivered(id);
  await settled();
  expect(await member.toClient()).toEqual(['How can we help?']);
  expect(member.fromClient()).toEqual(['Good morning']);
});

test('a member is asked for by name once, and the name is kept', async () => {
  const asked = () => server.emulator.requests({ path: '/api/users.info' }).length;
  const member = await somebody(TEAM, { display_name: 'Joan' });
  const before = asked();
  for (const text of ['One', 'Two', 'Three']) {
    await member.write(text);
    await server.waitFor(() => member.fromClient().includes(text));
    await settled();
  }
  expect(asked() - before).toBe(1);
  expect((await member.chat()).messages.map(({ sender }) => sender.name)).toEqual([
    'Joan',
    'Joan',
    'Joan',
  ]);
});

test('a member whose name cannot be asked for is asked for again', async () => {
  const member = await somebody(TEAM, { display_name: 'Katherine' });
  await control.order('refuse', { method: 'users.info', error: 'internal_error', times: 1 });
  await member.write('Anybody?');
  await member.chat();
  await settled();
  await member.write('Hello?');
  await server.waitFor(() => member.fromClient().length === 2);
  const { messages } = await member.chat();
  expect(messages[1]?.sender.name).toBe('Katherine');
});

test('a new member waits for the name while Slack is asked too much', async () => {
  const member = await somebody(TEAM, { display_name: 'Dorothy' });
  await control.order('refuse', { method: 'users.info', error: 'ratelimited', times: 1 });
  await member.write('First of all');
  const held = async () =>
    (await storedMessages(server)).some(({ tries, state }) => tries > 0 && state === 'waiting');
  await server.waitFor(held);
  expect(member.chats()).toEqual([]);
  await makeDue();
  expect(await member.chat()).toMatchObject({ user: { name: 'Dorothy' } });
});

test('a new member whose name nobody tells gets through under the id', async () => {
  const member = await somebody(TEAM, { display_name: 'Mary' });
  await control.order('refuse', { method: 'users.info', error: 'ratelimited', times: 3 });
  await member.write('I am Mary');
  await server.waitFor(async () => {
    await makeDue();
    return member.chats().length === 1;
  });
  expect(member.fromClient()).toEqual(['I am Mary']);
});

test('files go both ways, byte for byte', async () => {
  const member = await somebody();
  const file = { name: 'a.png', mime: 'image/png', content_base64: PNG.toString('base64') };
  await member.act('send', { kind: 'picture', file, text: 'Look' });
  const chat = await member.chat();
  const sha256 = createHash('sha256').update(PNG).digest('hex');
  await server.waitFor(() => chat.messages.some(({ media }) => media?.state === 'fetched'));
  const withFile = chat.messages.find(({ media }) => media !== null);
  expect(withFile?.media).toMatchObject({ state: 'fetched', size: PNG.length, sha256 });
  expect(chat.messages.map(({ message }) => message.text).join(' ')).toContain('Look');
  const { message_id: id } = await member.answer({
    file: { name: 'b.png', base64: PNG.toString('base64') },
    text: 'And this',
  });
  await member.delivered(id);
  const seen = await member.seen();
  expect(seen.flatMap(({ files }) => files)).toMatchObject([{ sha256 }]);
  expect(seen.map(({ text }) => text).join(' ')).toContain('And this');
});

test('a file that Slack shows late is delivered when it does', async () => {
  await control.order('speed', { share_delay_ms: 3_500 });
  const member = await begun();
  const { message_id: id } = await member.answer({
    file: { name: 'late.png', base64: PNG.toString('base64') },
  });
  await member.delivered(id);
  await control.order('speed', { share_delay_ms: 0 });
  await settled();
  expect((await member.seen()).flatMap(({ files }) => files)).toHaveLength(1);
});

describe('the one address of the app', () => {
  const eventOf = (team: string, text: string) => ({
    type: 'event_callback',
    team_id: team,
    event_id: `Ev${randomUUID()}`,
    authorizations: [{ team_id: team, user_id: 'U0BOT', is_bot: true }],
    event: {
      type: 'message',
      channel: 'D0FORGED1',
      channel_type: 'im',
      user: 'U0FORGED1',
      ts: '1795800000.000100',
      text,
    },
  });

  test('answers the challenge', async () => {
    const challenge = 'as-it-was-sent';
    const answer = await postToSlackUrl(server, { type: 'url_verification', challenge });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({ challenge });
  });

  test.each([
    ['signed with another secret', { secret: 'f'.repeat(32) }],
    ['of ten minutes ago', { ageSeconds: 600 }],
    ['of the future', { ageSeconds: -600 }],
  ])('refuses what is %s, a challenge too, and stores nothing', async (_what, proof) => {
    const before = await count();
    for (const event of [
      eventOf(TEAM, 'Forged'),
      { type: 'url_verification', challenge: 'give it back' },
    ]) {
      const answer = await postToSlackUrl(server, event, proof);
      expect(answer.status).toBe(403);
      expect(answer.body).not.toContain('give it back');
      expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'signature_invalid' } });
    }
    expect(await count()).toBe(before);
  });

  test('takes what is for nobody, and stores nothing of it', async () => {
    const before = await count();
    expect((await postToSlackUrl(server, eventOf('T0NOBODY', 'Hello'))).status).toBe(204);
    expect(await count()).toBe(before);
  });

  test('serves the workspaces of two accounts, each its own', async () => {
    const [one, two] = [await somebody(), await somebody(SECOND_TEAM)];
    await one.write('To the first');
    await two.write('To the second');
    const [first, second] = [await one.chat(), await two.chat()];
    expect(first.scope_id).not.toBe(second.scope_id);
    await one.delivered((await one.answer('From the first')).message_id);
    await two.delivered((await two.answer('From the second', 'other')).message_id);
    await settled();
    expect([one.fromClient(), two.fromClient()]).toEqual([['To the first'], ['To the second']]);
    expect([await one.toClient(), await two.toClient()]).toEqual([
      ['From the first'],
      ['From the second'],
    ]);
  });

  test('brings one event to both accounts that have the same workspace', async () => {
    const token = tokenOf(server, OTHER.subdomain, OTHER.admin);
    const shared = await connectWorkspace(server, TEAM, { token });
    await saveAll(server, 'other');
    const member = await somebody();
    await member.write('To both');
    await server.waitFor(() => member.chats().length === 2);
    await settled();
    expect(member.fromClient()).toEqual(['To both', 'To both']);
    expect(new Set(member.chats().map(({ scope_id: id }) => id)).size).toBe(2);
    const gone = await server.api('DELETE', `/messenger/channels/${shared.id}`, { token });
    expect(gone.status).toBe(204);
  });
});

describe('a grant', () => {
  const shown = async () => {
    const { body } = await server.api('GET', '/messenger/channels');
    const all: Channel[] = body._embedded.channels;
    return all.find(({ id }) => id === channel.id);
  };
  const look = () =>
    tablesOf(server.context.db)
      .updateTable('channels')
      .set({ checked_at: new Date(0) })
      .where('id', '=', channel.id)
      .execute();

  test('of a version that only signed in leads to another sign-in, and nothing is lost meanwhile', async () => {
    const member = await begun();
    await control.order('scopes', { team: TEAM, scopes: OLDER_SCOPES });
    await look();
    await server.waitFor(async () => (await shown())?.status === 'action_needed', 30_000);
    expect(await shown()).toMatchObject({ status_reason: 'sign_in_again' });
    expect((await member.answer('Wait for me')).status).toBe(200);
    await server.waitFor(async () => (await storedMessages(server)).some(({ tries }) => tries > 0));
    expect(await member.toClient()).toEqual([]);
    await connectWorkspace(server, TEAM, { channelId: channel.id });
    await makeDue();
    await server.waitFor(async () => (await member.toClient()).length === 1);
    await server.waitFor(async () => (await shown())?.status === 'connected');
    await member.write('There you are');
    await server.waitFor(() => member.fromClient().length === 2);
  });

  test('that the workspace takes back shows at once', async () => {
    await control.order('revoke', { team: TEAM });
    await server.waitFor(async () => (await shown())?.status === 'action_needed');
    await connectWorkspace(server, TEAM, { channelId: channel.id });
    await server.waitFor(async () => (await shown())?.status === 'connected');
  });
});

/** As if every pause were over. */
async function makeDue(): Promise<void> {
  await tablesOf(server.context.db)
    .updateTable('messages')
    .set({ due_at: new Date() })
    .where('due_at', 'is not', null)
    .execute();
  server.context.wakeMessages();
}
