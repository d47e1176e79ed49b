import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { SLACK_SIGNING_SECRET } from '../../src/emulator/services/slack/state.ts';
import { slackApi, slackMember } from '../support/slack.ts';
import { type SlackApp, slackSignature, startSlackApp } from '../support/slack-app.ts';
import { waitFor } from '../support/wait-for.ts';

const DEMO = 'T0EMULATED1';
const SECOND = 'T0EMULATED2';

describe('the events of the emulated Slack', () => {
  let emulator: Emulator;
  let app: SlackApp;
  let ada: ReturnType<typeof slackMember>;

  beforeAll(async () => {
    emulator = await createEmulator();
    ada = slackMember(emulator, { team: DEMO, member: 'ada' });
  });
  afterAll(() => emulator.close());
  beforeEach(async () => {
    emulator.reset();
    app = await startSlackApp();
  });
  afterEach(() => app.close());

  /** The app's address is saved, and the app installed. @returns its token */
  async function ready(settings: object = {}): Promise<string> {
    await ada.order('app', { request_url: app.url, ...settings });
    return await ada.install({ team: DEMO });
  }

  interface Judged {
    taken: number;
    given_up: number;
    pending: { tries: number; due_in_ms: number | null }[];
  }

  async function judged(): Promise<Judged> {
    return ((await ada.get('judge')) as { events: Judged }).events;
  }

  /** Until one event has failed so often, and waits at most so long, but nearly. */
  async function waiting(tries: number, most: number): Promise<void> {
    await waitFor(async () => {
      const [event] = (await judged()).pending;
      const pause = event?.due_in_ms ?? 0;
      return event?.tries === tries && pause > most - 30_000 && pause <= most;
    });
  }

  test('begin with a signed challenge when the address is saved', async () => {
    await ready();
    const [challenge] = app.challenges;
    expect(app.challenges).toHaveLength(1);
    expect(challenge?.headers['x-slack-signature']).toBe(
      slackSignature(SLACK_SIGNING_SECRET, challenge as never),
    );
  });

  test('do not go to an address that fails the challenge, which is not saved', async () => {
    const url = `${emulator.url}/nothing-here`;
    const answer = await ada.post('app', { request_url: url });
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('challenge')]);
    expect(await ada.get('app')).toMatchObject({
      request_url: expect.stringContaining('/connect/'),
    });
  });

  test('without an address, go to the backend behind the integration', async () => {
    emulator.useBackend(new URL(app.url).origin);
    await ada.install({ team: DEMO });
    await ada.act('send', { text: 'Hello' });
    await app.came(1);
    expect(await ada.get('app')).toMatchObject({
      request_url: `${new URL(app.url).origin}/connect/webhooks/slack/events`,
    });
  });

  test('tell a message of a member as Slack does, signed', async () => {
    await ready({ signing_secret: 'another-secret-0123456789abcdef' });
    const sent = await ada.act('send', {
      text: 'Fish & <chips> at https://x.example/a?b=1&c=2 👍',
    });
    const [delivery] = await app.came(1);
    expect(delivery?.headers['x-slack-signature']).toBe(
      slackSignature('another-secret-0123456789abcdef', delivery as never),
    );
    expect(delivery?.headers['x-slack-retry-num']).toBeUndefined();
    expect(delivery?.body).toMatchObject({
      type: 'event_callback',
      team_id: DEMO,
      api_app_id: 'A0EMULATED',
      event_id: sent.event_id,
      authorizations: [{ team_id: DEMO, user_id: 'U0EMULBOT', is_bot: true }],
      event: {
        type: 'message',
        channel: 'D0EMULADA',
        channel_type: 'im',
        user: 'U0EMULADA',
        ts: sent.ts,
        client_msg_id: sent.client_msg_id,
        text: 'Fish &amp; &lt;chips&gt; at <https://x.example/a?b=1&amp;c=2> :+1:',
        blocks: [{ type: 'rich_text' }],
      },
    });
    expect(delivery?.body.event).not.toHaveProperty('bot_id');
    expect(delivery?.body.event).not.toHaveProperty('subtype');
  });

  test('tell edits with who edited, and previews of links as changes that nobody made', async () => {
    await ready();
    const sent = await ada.act('send', { kind: 'link', text: 'See https://news.example/today' });
    await app.came(2);
    await ada.act('edit', { ts: sent.ts, text: 'Forget it' });
    const all = await app.came(3);
    const changes = all
      .map(({ body }) => body.event)
      .filter((one) => one.subtype === 'message_changed');
    const [preview, edit] = changes as unknown as Record<string, Record<string, unknown>>[];
    expect(preview?.message).toMatchObject({
      ts: sent.ts,
      text: 'See <https://news.example/today>',
      attachments: [{ from_url: 'https://news.example/today' }],
    });
    expect(preview?.message).not.toHaveProperty('edited');
    expect(preview?.previous_message).toMatchObject({ text: 'See <https://news.example/today>' });
    expect(edit?.message).not.toHaveProperty('attachments');
    expect(edit).toMatchObject({
      hidden: true,
      channel: 'D0EMULADA',
      message: { ts: sent.ts, text: 'Forget it', edited: { user: 'U0EMULADA' } },
      previous_message: { text: 'See <https://news.example/today>' },
    });
  });

  test('tell a deletion, and where a thread hangs on it, a marker in its place', async () => {
    const token = await ready();
    const alone = await ada.act('send', { text: 'Never mind' });
    const root = await ada.act('send', { text: 'A question' });
    await slackApi(emulator, token, 'chat.postMessage', {
      json: { channel: root.channel, text: 'An answer', thread_ts: root.ts },
    });
    await ada.act('delete', { ts: alone.ts });
    await ada.act('delete', { ts: root.ts });
    const all = await app.came(5);
    const events = all.map(({ body }) => body.event);
    expect(events.find((one) => one.subtype === 'message_deleted')).toMatchObject({
      deleted_ts: alone.ts,
      previous_message: { text: 'Never mind' },
    });
    expect(events.find((one) => one.subtype === 'message_changed')).toMatchObject({
      message: { subtype: 'tombstone', ts: root.ts, user: 'USLACKBOT', reply_count: 1 },
    });
    expect(events.find((one) => one.thread_ts === root.ts)).toMatchObject({
      bot_id: 'B0EMULATED',
      app_id: 'A0EMULATED',
      user: 'U0EMULBOT',
      parent_user_id: 'U0EMULADA',
      text: 'An answer',
    });
  });

  test('tell reactions that come and go', async () => {
    await ready();
    const sent = await ada.act('send', { text: 'Done' });
    await ada.act('react', { ts: sent.ts, emoji: '🎉' });
    await ada.act('react', { ts: sent.ts, emoji: ':tada:', remove: true });
    const events = (await app.came(3)).map(({ body }) => body.event);
    for (const type of ['reaction_added', 'reaction_removed']) {
      expect(events.find((one) => one.type === type)).toMatchObject({
        user: 'U0EMULADA',
        reaction: 'tada',
        item: { type: 'message', channel: sent.channel, ts: sent.ts },
        item_user: 'U0EMULADA',
      });
    }
  });

  test('come only with the scope, the subscription and a living token', async () => {
    await ready();
    await ada.order('scopes', { team: DEMO, scopes: 'chat:write,im:history' });
    const heard = await ada.act('send', { text: 'Heard' });
    expect((await ada.act('react', { ts: heard.ts, emoji: '👀' })).event_id).toBeNull();
    await ada.order('app', { events: ['tokens_revoked'] });
    expect((await ada.act('send', { text: 'Not subscribed' })).event_id).toBeNull();
    await ada.order('app', { events: ['message.im', 'tokens_revoked', 'app_uninstalled'] });
    expect(
      (await ada.act('send', { text: 'Elsewhere', team: SECOND, member: 'eve' })).event_id,
    ).toBeNull();
    await ada.order('uninstall', { team: DEMO });
    expect((await ada.act('send', { text: 'Too late' })).event_id).toBeNull();
    const events = (await app.came(3)).map(({ body }) => body.event);
    expect(events.map(({ type }) => type).sort()).toEqual([
      'app_uninstalled',
      'message',
      'tokens_revoked',
    ]);
    expect(events.find(({ type }) => type === 'tokens_revoked')).toMatchObject({
      tokens: { bot: ['U0EMULBOT'] },
    });
  });

  test('of two workspaces go to the one address, each under its own team', async () => {
    await ready();
    await ada.install({ team: SECOND });
    await ada.act('send', { text: 'From the first' });
    await slackMember(emulator, { team: SECOND, member: 'eve' }).act('send', {
      text: 'From the second',
    });
    const all = await app.came(2);
    expect(new Set(all.map(({ body }) => body.team_id))).toEqual(new Set([DEMO, SECOND]));
  });

  test('that fail are repeated at once, after a minute and after five, then given up', async () => {
    app.answers.splice(0, app.answers.length, 500);
    await ready();
    await ada.act('send', { text: 'Hello' });
    await waiting(2, 60_000);
    expect(app.deliveries).toHaveLength(2);
    emulator.advance(60_000);
    await waiting(3, 300_000);
    expect(app.deliveries).toHaveLength(3);
    emulator.advance(300_000);
    const all = await app.came(4);
    const retries = all.map(({ headers }) => [
      headers['x-slack-retry-num'],
      headers['x-slack-retry-reason'],
    ]);
    expect(retries).toEqual([
      [undefined, undefined],
      ['1', 'http_error'],
      ['2', 'http_error'],
      ['3', 'http_error'],
    ]);
    expect(new Set(all.map(({ body }) => body.event_id)).size).toBe(1);
    await waitFor(async () => (await judged()).given_up === 1);
    expect((await judged()).pending).toEqual([]);
  });

  test('can be sent out of turn, which takes none of their own tries away', async () => {
    app.answers.splice(0, app.answers.length, 500);
    await ready();
    await ada.act('send', { text: 'Hello' });
    await waiting(2, 60_000);
    for (const count of [3, 4, 5]) {
      await ada.order('retry');
      await app.came(count);
      await waiting(2, 60_000);
    }
    expect(await judged()).toMatchObject({ given_up: 0 });
    app.answers.splice(0, app.answers.length, 200);
    await ada.order('retry');
    await waitFor(async () => (await judged()).taken === 1);
  });

  test('that take too long are repeated as timed out', async () => {
    app.answers.splice(0, app.answers.length, 'hang', 200);
    await ready();
    await ada.order('speed', { timeout_ms: 100 });
    await ada.act('send', { text: 'Hello' });
    const all = await app.came(2);
    expect(all[1]?.headers['x-slack-retry-reason']).toBe('http_timeout');
  });

  test('are not repeated when the answer forbids it', async () => {
    app.answers.splice(0, app.answers.length, {
      status: 500,
      headers: { 'x-slack-no-retry': '1' },
    });
    await ready();
    await ada.act('send', { text: 'Hello' });
    await waitFor(async () => (await judged()).given_up === 1);
    expect(app.deliveries).toHaveLength(1);
  });

  test('stop when nearly all of an hour failed, and go on when they are enabled again', async () => {
    app.answers.splice(0, app.answers.length, 503);
    await ready();
    await ada.order('speed', { disable_from: 4 });
    await ada.act('send', { text: 'One' });
    await ada.act('send', { text: 'Two' });
    await app.came(4);
    await waitFor(
      async () => ((await ada.get('app')) as { disabled_at: number | null }).disabled_at,
    );
    await ada.act('send', { text: 'Dropped' });
    expect(await ada.get('judge')).toMatchObject({ events: { dropped: 1 } });
    app.answers.splice(0, app.answers.length, 200);
    await ada.order('app', { enable: true });
    await ada.act('send', { text: 'Three' });
    const all = await app.came(5);
    expect(all.at(-1)?.body.event.text).toBe('Three');
  });

  test('can come twice, out of order, and with word that there are too many', async () => {
    await ready();
    await ada.order('speed', { copies: 2 });
    await ada.act('send', { text: 'Twice' });
    const twice = await app.came(2);
    expect(new Set(twice.map(({ body }) => body.event_id)).size).toBe(1);
    await ada.order('speed', { copies: 1, reorder: 2 });
    await ada.act('send', { text: 'First' });
    await ada.act('send', { text: 'Second' });
    const four = await app.came(4);
    expect(four.slice(2).map(({ body }) => body.event.text)).toEqual(['Second', 'First']);
    await ada.order('speed', { reorder: 0 });
    await ada.order('rate_limited', { team: DEMO });
    const last = (await app.came(5)).at(-1);
    expect(last?.body).toMatchObject({ type: 'app_rate_limited', team_id: DEMO });
  });

  test('can claim to be old, under a signature that fits', async () => {
    await ready();
    await ada.order('speed', { timestamp_age_s: 301 });
    await ada.act('send', { text: 'From the past' });
    const [delivery] = await app.came(1);
    const age = Date.now() / 1000 - Number(delivery?.headers['x-slack-request-timestamp']);
    expect(age).toBeGreaterThan(300);
    expect(delivery?.headers['x-slack-signature']).toBe(
      slackSignature(SLACK_SIGNING_SECRET, delivery as never),
    );
  });

  test('of own messages are found out when they are answered', async () => {
    const token = await ready();
    const say = (text: string) =>
      slackApi(emulator, token, 'chat.postMessage', { json: { channel: 'U0EMULADA', text } });
    await say('Good morning');
    await waitFor(async () => (await judged()).taken === 1);
    await say('How can we help?');
    expect(await ada.get('judge')).toMatchObject({ answered_echoes: [] });
    const { json } = await say('Good morning');
    expect(await ada.get('judge')).toMatchObject({
      answered_echoes: [{ channel: 'D0EMULADA', ts: json.ts }],
    });
  });

  test('are sent again by an emulator that goes on with the state of another', async () => {
    app.answers.splice(0, app.answers.length, 500);
    await ready();
    await ada.act('send', { text: 'Hello' });
    await waiting(2, 60_000);
    const state = structuredClone(emulator.state);
    app.answers.splice(0, app.answers.length, 200);
    const later = await createEmulator({ state, now: () => Date.now() + 60_000 });
    await app.came(3);
    await later.close();
    expect(app.deliveries.at(-1)?.headers['x-slack-retry-num']).toBe('2');
  });
});
