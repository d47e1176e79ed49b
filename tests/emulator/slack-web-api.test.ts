import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { call } from '../support/emulator-client.ts';
import { slackApi, slackMember } from '../support/slack.ts';
import { waitFor } from '../support/wait-for.ts';

const ADA = 'U0EMULADA';

describe('the Web API of the emulated Slack', () => {
  let emulator: Emulator;
  let ada: ReturnType<typeof slackMember>;
  let token: string;

  beforeAll(async () => {
    emulator = await createEmulator();
    ada = slackMember(emulator, { team: 'T0EMULATED1', member: 'ada' });
  });
  afterAll(() => emulator.close());
  beforeEach(async () => {
    emulator.reset();
    token = await ada.install({ team: 'T0EMULATED1' });
  });

  const api = (method: string, json: object) => slackApi(emulator, token, method, { json });
  const ask = (method: string, form: Record<string, string>) =>
    slackApi(emulator, token, method, { form });

  /** Posts into the direct message with Ada. */
  const post = async (json: object) =>
    (await api('chat.postMessage', { channel: ADA, ...json })).json as {
      ok: boolean;
      error?: string;
      ts: string;
      channel: string;
    };

  test('posts to a member, in a thread, edits, and deletes its own', async () => {
    const first = await post({ text: 'Hello, <@U0EMULADA>' });
    expect(first).toMatchObject({
      ok: true,
      channel: 'D0EMULADA',
      message: { bot_id: 'B0EMULATED', user: 'U0EMULBOT', text: 'Hello, <@U0EMULADA>' },
    });
    const reply = await post({ text: 'And', thread_ts: first.ts, channel: first.channel });
    await api('chat.update', { channel: first.channel, ts: reply.ts, text: 'And more' });
    await api('chat.delete', { channel: first.channel, ts: first.ts });
    expect(await ada.chat()).toMatchObject([
      { from: 'app', shown: 'Hello, @Ada', is_deleted: true },
      { shown: 'And more', earlier: ['And'], thread_ts: first.ts, is_edited: true },
    ]);
  });

  test.each([
    ['nothing to say', { text: '' }, 'no_text'],
    ['an unknown channel', { channel: 'D0NOBODY', text: 'x' }, 'channel_not_found'],
    ['an unknown thread', { text: 'x', thread_ts: '1.000001' }, 'thread_not_found'],
    ['blocks of no known kind', { text: 'x', blocks: [{ type: 'poem' }] }, 'invalid_blocks'],
    [
      'a section that is too long',
      { blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3001) } }] },
      'invalid_blocks',
    ],
    [
      'blocks that are too long together',
      {
        blocks: Array.from({ length: 5 }, () => ({
          type: 'section',
          text: { type: 'mrkdwn', text: 'x'.repeat(3000) },
        })),
      },
      'msg_blocks_too_long',
    ],
  ])('refuses %s with HTTP 200', async (_, json, error) => {
    const answer = await api('chat.postMessage', { channel: ADA, ...json });
    expect([answer.status, answer.json]).toMatchObject([200, { ok: false, error }]);
  });

  test('cuts texts above 40,000 signs and says so in passing', async () => {
    const answer = await api('chat.postMessage', { channel: ADA, text: 'x'.repeat(40_010) });
    expect(answer.json).toMatchObject({ ok: true, warning: 'message_truncated' });
    expect((await ada.chat())[0]?.text).toHaveLength(40_000);
  });

  test('lets nobody change what a member wrote', async () => {
    const { channel, ts } = await ada.act('send', { text: 'Mine' });
    const change = await api('chat.update', { channel, ts, text: 'Yours' });
    expect(change.json.error).toBe('cant_update_message');
    expect((await api('chat.delete', { channel, ts })).json.error).toBe('cant_delete_message');
  });

  test('posts to a channel only as a member of it', async () => {
    await ada.act('send', { channel: 'C0GENERAL', text: 'Hi all' });
    expect((await post({ channel: 'C0GENERAL', text: 'x' })).error).toBe('not_in_channel');
    await ada.order('invite', { channel: 'C0GENERAL' });
    expect((await post({ channel: 'C0GENERAL', text: 'x' })).ok).toBe(true);
    await ada.order('invite', { channel: 'C0GENERAL', is_archived: true });
    expect((await post({ channel: 'C0GENERAL', text: 'x' })).error).toBe('is_archived');
  });

  test('reacts with the emoji the workspace has, once', async () => {
    const { channel, ts } = await ada.act('send', { text: 'Good?' });
    const react = async (method: string, name: string) =>
      (await api(method, { channel, timestamp: ts, name })).json;
    expect(await react('reactions.add', 'thumbsup')).toEqual({ ok: true });
    expect(await react('reactions.add', '+1')).toEqual({ ok: false, error: 'already_reacted' });
    expect(await react('reactions.add', 'no_such_thing')).toMatchObject({ error: 'invalid_name' });
    expect((await ada.chat())[0]?.reactions).toEqual([
      { name: '+1', emoji: '👍', users: ['U0EMULBOT'] },
    ]);
    expect(await react('reactions.remove', '+1')).toEqual({ ok: true });
    expect(await react('reactions.remove', '+1')).toMatchObject({ error: 'no_reaction' });
  });

  test('tells of people, conversations and the workspace', async () => {
    expect((await ask('users.info', { user: ADA })).json).toMatchObject({
      ok: true,
      user: {
        id: ADA,
        team_id: 'T0EMULATED1',
        real_name: 'Ada Lovelace',
        is_bot: false,
        profile: { image_72: `http://slack.localhost:${emulator.port}/avatars/${ADA}_72.jpg` },
      },
    });
    const host = `slack.localhost:${emulator.port}`;
    const picture = await call(emulator, `/avatars/${ADA}_72.jpg`, { host });
    expect(picture.headers['content-type']).toBe('image/jpeg');
    expect((await ask('users.info', { user: 'U0NOBODY' })).json.error).toBe('user_not_found');
    const opened = await api('conversations.open', { users: ADA });
    expect(opened.json).toEqual({ ok: true, channel: { id: 'D0EMULADA' } });
    expect((await ask('conversations.info', { channel: 'D0EMULADA' })).json).toMatchObject({
      channel: { is_im: true, user: ADA },
    });
    await ada.act('send', { text: 'One' });
    await post({ text: 'Two' });
    const history = await ask('conversations.history', { channel: 'D0EMULADA', limit: '1' });
    expect(history.json).toMatchObject({ messages: [{ text: 'Two' }], has_more: true });
    expect((await ask('team.info', {})).json).toMatchObject({ team: { domain: 'demo-workspace' } });
    expect((await ask('auth.test', {})).json).toMatchObject({ bot_id: 'B0EMULATED' });
  });

  test('does not see a JSON body where the documentation lists none', async () => {
    expect((await api('users.info', { user: ADA })).json.error).toBe('user_not_found');
  });

  test('names the scope that is missing, and those that are there', async () => {
    await ada.order('scopes', { team: 'T0EMULATED1', scopes: 'im:history,users:read' });
    const answer = await api('chat.postMessage', { channel: ADA, text: 'x' });
    expect(answer.json).toEqual({
      ok: false,
      error: 'missing_scope',
      needed: 'chat:write',
      provided: 'im:history,users:read',
    });
    expect(answer.headers['x-oauth-scopes']).toBe('im:history,users:read');
  });

  test('lives twelve hours on a token that is rotated, and takes a new one for the old', async () => {
    await ada.order('speed', { rotation: true });
    const rotating = await ada.install({ team: 'T0EMULATED1' });
    expect((await slackApi(emulator, rotating, 'auth.test')).json.ok).toBe(true);
    emulator.advance(12 * 3_600_000);
    expect((await slackApi(emulator, rotating, 'auth.test')).json.error).toBe('token_expired');
  });

  test('keeps to a message a second and conversation when that is switched on', async () => {
    await ada.order('speed', { per_channel: 1 });
    const answers = await Promise.all(
      ['One', 'Two', 'Three'].map((text) => api('chat.postMessage', { channel: ADA, text })),
    );
    const limited = answers.find(({ status }) => status === 429);
    expect(limited?.json).toEqual({ ok: false, error: 'ratelimited' });
    expect(limited?.headers['retry-after']).toBe('1');
  });

  test.each([
    ['refuses', { error: 'is_archived' }, [200, 0]],
    ['answers 429', { error: 'ratelimited', retry_after: 7 }, [429, 0]],
    ['answers 503', { action: 'status', status: 503 }, [503, 0]],
    ['answers a page', { action: 'html' }, [200, 0]],
    ['acts and loses the answer', { action: 'lose_answer' }, ['broken', 1]],
    ['breaks the connection', { action: 'reset' }, ['broken', 0]],
  ])('%s by order, once', async (_, order, [status, messages]) => {
    await ada.order('refuse', { method: 'chat.postMessage', ...order });
    const answer = await api('chat.postMessage', { channel: ADA, text: 'x' }).catch(
      () => undefined,
    );
    expect(answer?.status ?? 'broken').toBe(status);
    expect(await ada.chat()).toHaveLength(Number(messages));
    expect((await post({ text: 'y' })).ok).toBe(true);
  });

  test('hangs by order until the double ends', async () => {
    await ada.order('refuse', { action: 'hang' });
    const hanging = slackApi(emulator, token, 'auth.test').catch((error: Error) => error);
    await waitFor(async () => {
      const { refusals } = (await ada.get('refuse')) as { refusals: { hits: number }[] };
      return refusals[0]?.hits === 1;
    });
    emulator.reset();
    expect(await hanging).toBeInstanceOf(Error);
  });

  test('finds repeated messages, answered echoes and secrets in addresses', async () => {
    await post({ text: 'Same' });
    await post({ text: 'Same' });
    const host = `slack.localhost:${emulator.port}`;
    await call(emulator, `/api/auth.test?token=${token}`, { host, method: 'GET' });
    const found = (await ada.get('judge')) as Record<string, unknown[]>;
    expect(found.duplicates).toMatchObject([{ channel: 'D0EMULADA' }]);
    expect(found.secrets_seen).toEqual([
      { method: 'auth.test', where: 'address', secret: 'bot token' },
    ]);
  });
});
