import type { MessageCarrier } from '../../src/server/connectors/connector.ts';
import type { OutgoingMessage, SendOutcome } from '../../src/server/connectors/messages.ts';
import { createSlack } from '../../src/server/connectors/slack.ts';
import { startFaultProxy } from './support/fault-proxy.ts';
import { FILE_CONTENT, heldFile } from './support/held-file.ts';
import { outgoing } from './support/message-kinds.ts';
import {
  ACCESS_TOKEN,
  BOT_USER,
  CHANNEL,
  ok,
  refusal,
  type SlackApi,
  startSlackApi,
} from './support/slack-api.ts';
import { ts } from './support/slack-events.ts';
import { createTools, everythingIn, type TestTools } from './support/tools.ts';

let api: SlackApi;
let tools: TestTools;
let carrier: MessageCarrier;

const CREDENTIALS = { accessToken: ACCESS_TOKEN, botUserId: BOT_USER };
const CHAT = { chatId: CHANNEL, personId: 'U0ANA', isNew: false };

function carrierAt(port: number): MessageCarrier {
  const url = `http://127.0.0.1:${port}`;
  const connector = createSlack({ clientId: 'i', clientSecret: 's', signingSecret: 'k', url });
  if (connector.messages === undefined) throw new Error('Slack carries no messages');
  return connector.messages;
}

beforeEach(async () => {
  api = await startSlackApi();
  tools = createTools('slack');
  carrier = carrierAt(api.port);
});
afterEach(async () => {
  await tools.close();
  await api.close();
});

async function send(message: Partial<OutgoingMessage>, chat = CHAT): Promise<SendOutcome[]> {
  const outcomes: SendOutcome[] = [];
  for (const part of carrier.compose(outgoing(message))) {
    outcomes.push(await carrier.send(tools, CREDENTIALS, chat, part));
  }
  return outcomes;
}

const pdf = () => ({ media: { kind: 'file' as const, ...heldFile('a.pdf', 'application/pdf') } });
const formOf = (method: string) => api.calls.find((call) => call.method === method)?.form;

describe('a text', () => {
  test('is posted as it was written, and calls nobody', async () => {
    const outcomes = await send({ text: 'Tea <!channel> & <https://x|y>' });
    expect(outcomes).toEqual([
      { state: 'sent', messageId: `${CHANNEL}:${ts(1)}`, isDelivered: true },
    ]);
    expect(api.calls).toEqual([
      {
        method: 'chat.postMessage',
        form: {
          channel: CHANNEL,
          text: 'Tea &lt;!channel&gt; &amp; &lt;https://x|y&gt;',
          unfurl_links: 'false',
          unfurl_media: 'false',
        },
      },
    ]);
  });

  test('holds its buttons as lines', async () => {
    const shop = { text: 'Shop', url: 'https://shop.example/' };
    await send({ text: 'Choose', buttons: [[{ text: 'Tea' }, { text: 'Mate' }], [shop]] });
    expect(formOf('chat.postMessage')?.text).toBe(
      'Choose\n\n1. Tea\n2. Mate\nShop: https://shop.example/',
    );
  });

  test('to a chat that began in Kommo is refused without a call', async () => {
    const chat = { chatId: '', personId: '', phone: '+34600111222', isNew: true };
    const refused = [{ state: 'refused', reason: 'chat_unknown' }];
    expect(await send({ text: 'Hola' }, chat)).toEqual(refused);
    expect(await send({ text: 'Hola' }, { ...CHAT, chatId: 'C0GENERAL' })).toEqual(refused);
    expect(api.calls).toEqual([]);
  });

  test.each([
    ['channel_not_found', 'chat_unknown'],
    ['user_not_found', 'chat_unknown'],
    ['is_archived', 'removed_from_chat'],
    ['not_in_channel', 'removed_from_chat'],
    ['msg_too_long', 'too_large'],
    ['messages_tab_disabled', 'refused'],
  ])('%s is a refusal of this message: %s', async (error, reason) => {
    api.say('chat.postMessage', refusal(error));
    expect(await send({ text: 'Hola' })).toEqual([{ state: 'refused', reason, detail: error }]);
  });

  test.each([
    ['invalid_auth', 'reauthorize'],
    ['token_revoked', 'reauthorize'],
    ['token_expired', 'reauthorize'],
    ['account_inactive', 'reauthorize'],
    ['missing_scope', 'reauthorize'],
    ['ratelimited', 'rate_limited'],
    ['rate_limited', 'rate_limited'],
    ['message_limit_exceeded', 'rate_limited'],
    ['service_unavailable', 'unavailable'],
    ['team_added_to_org', 'unavailable'],
  ])('%s is not about the message: %s', async (error, failure) => {
    api.say('chat.postMessage', refusal(error));
    await expect(send({ text: 'Hola' })).rejects.toMatchObject({ failure });
  });

  test.each(['fatal_error', 'internal_error'])('may have been posted after %s', async (error) => {
    api.say('chat.postMessage', refusal(error));
    expect(await send({ text: 'Hola' })).toEqual([{ state: 'unknown' }]);
  });

  test('waits as long as Slack says', async () => {
    const json = { ok: false, error: 'ratelimited' };
    api.say('chat.postMessage', { status: 429, json, headers: { 'retry-after': '30' } });
    await expect(send({ text: 'Hola' })).rejects.toMatchObject({
      failure: 'rate_limited',
      retryAfterSeconds: 30,
    });
  });

  test('may have been posted when Slack accepts it without saying where', async () => {
    api.say('chat.postMessage', ok({ channel: CHANNEL }));
    expect(await send({ text: 'Hola' })).toEqual([{ state: 'unknown' }]);
  });

  test('waits for a token that is about to end', async () => {
    const soon = new Date(tools.now().getTime() + 30_000).toISOString();
    const ending = { ...CREDENTIALS, refreshToken: 'xoxe-1', expiresAt: soon };
    const [part] = carrier.compose(outgoing({ text: 'Hola' }));
    const outcome = carrier.send(tools, ending, CHAT, part);
    await expect(outcome).rejects.toMatchObject({ failure: 'reauthorize' });
    expect(api.calls).toEqual([]);
  });
});

describe('an answer to a message', () => {
  const replyTo = `${CHANNEL}:${ts(77)}`;

  test('goes into the thread that begins with it', async () => {
    await send({ text: 'Yes', replyTo });
    expect(formOf('chat.postMessage')).toMatchObject({ thread_ts: ts(77) });
  });

  test('goes into the thread that it stands in, which another one began', async () => {
    api.say('conversations.replies', ok({ messages: [{ ts: ts(77), thread_ts: ts(5) }] }));
    await send({ text: 'Yes', replyTo });
    expect(formOf('conversations.replies')).toMatchObject({ channel: CHANNEL, ts: ts(77) });
    expect(formOf('chat.postMessage')).toMatchObject({ thread_ts: ts(5) });
  });

  test('goes there with its file, and with all its parts', async () => {
    await send({ text: 'long '.repeat(1000), ...pdf(), replyTo });
    expect(formOf('files.completeUploadExternal')).toMatchObject({ thread_ts: ts(77) });
    const posts = api.calls.filter(({ method }) => method === 'chat.postMessage');
    expect(posts.map(({ form }) => form.thread_ts)).toEqual([ts(77), ts(77)]);
  });

  test('to a further file, or to a file of ours, finds their message', async () => {
    await send({ text: 'Yes', replyTo: `${replyTo}:F2` });
    expect(formOf('conversations.replies')).toMatchObject({ ts: ts(77) });
    const shares = { private: { [CHANNEL]: [{ ts: ts(8) }] } };
    api.say('files.info', ok({ file: { id: 'F9', shares } }));
    await send({ text: 'Yes', replyTo: `${CHANNEL}:F9` });
    expect(api.calls.at(-1)?.form).toMatchObject({ thread_ts: ts(8) });
  });

  test.each([
    ['is gone', refusal('thread_not_found')],
    ['may not be looked at so often', refusal('ratelimited')],
    ['is not told of', ok({ messages: [] })],
  ])('stands by itself when the thread %s', async (_what, answer) => {
    api.say('conversations.replies', answer);
    expect(await send({ text: 'Yes', replyTo })).toMatchObject([{ state: 'sent' }]);
    expect(formOf('chat.postMessage')).not.toHaveProperty('thread_ts');
  });

  test('stands by itself when the thread is deleted in that moment', async () => {
    api.say('chat.postMessage', refusal('thread_not_found'));
    expect(await send({ text: 'Yes', replyTo })).toMatchObject([{ state: 'sent' }]);
    expect(api.called()).toEqual(['conversations.replies', 'chat.postMessage', 'chat.postMessage']);
    expect(api.calls.at(-1)?.form).not.toHaveProperty('thread_ts');
  });

  test.each(['D0OTHER:1795773600.000077', 'nonsense', `${CHANNEL}:x`])(
    'to %s stands by itself',
    async (elsewhere) => {
      await send({ text: 'Yes', replyTo: elsewhere });
      expect(api.called()).toEqual(['chat.postMessage']);
    },
  );
});

describe('a file', () => {
  test('goes up in three calls, its words with it, and no token to where it is put', async () => {
    const outcomes = await send({ text: 'Your bill & more', ...pdf() });
    expect(api.called()).toEqual([
      'files.getUploadURLExternal',
      'upload',
      'files.completeUploadExternal',
    ]);
    expect(formOf('files.getUploadURLExternal')).toEqual({
      filename: 'a.pdf',
      length: String(FILE_CONTENT.length),
    });
    expect(api.uploads).toEqual([
      { name: 'a.pdf', content: FILE_CONTENT, authorization: undefined },
    ]);
    expect(formOf('files.completeUploadExternal')).toEqual({
      files: '[{"id":"F1","title":"a.pdf"}]',
      channel_id: CHANNEL,
      initial_comment: 'Your bill &amp; more',
    });
    expect(outcomes).toEqual([
      { state: 'sent', messageId: `${CHANNEL}:${ts(2)}`, isDelivered: true },
    ]);
  });

  test('is measured first when nobody says how long it is', async () => {
    const file = heldFile('a.pdf', 'application/pdf', { isCounted: false });
    await send({ media: { kind: 'file', ...file } });
    expect(formOf('files.getUploadURLExternal')?.length).toBe(String(FILE_CONTENT.length));
    expect(api.uploads[0]?.content.equals(FILE_CONTENT)).toBe(true);
    expect(file.left()).toBe(0);
  });

  test('is known by its message as soon as Slack shows it', async () => {
    const shares = { private: { [CHANNEL]: [{ ts: ts(8) }] } };
    api.say('files.completeUploadExternal', ok({ files: [{ id: 'F1', shares: {} }] }));
    api.say('files.info', ok({ file: { id: 'F1' } }), ok({ file: { id: 'F1', shares } }));
    expect(await send(pdf())).toEqual([
      { state: 'sent', messageId: `${CHANNEL}:${ts(8)}`, isDelivered: true },
    ]);
  });

  test('is known by itself until then, and has not got there yet', async () => {
    api.say('files.completeUploadExternal', ok({ files: [{ id: 'F1' }] }));
    expect(await send(pdf())).toEqual([
      { state: 'sent', messageId: `${CHANNEL}:F1`, isDelivered: false },
    ]);
  });

  test.each([
    ['file_upload_size_restricted', 'too_large'],
    ['file_uploads_disabled', 'unsupported'],
    ['storage_limit_reached', 'refused'],
    ['missing_argument', 'unsupported'],
  ])('%s is a refusal: %s', async (error, reason) => {
    api.say('files.getUploadURLExternal', refusal(error));
    expect(await send(pdf())).toEqual([{ state: 'refused', reason, detail: error }]);
    expect(api.uploads).toEqual([]);
  });

  test.each<[number, object]>([
    [413, { reason: 'too_large' }],
    [400, { reason: 'refused', detail: 'upload_status_400' }],
  ])('is refused when the upload is answered %d', async (status, refused) => {
    api.say('upload', { status });
    expect(await send(pdf())).toMatchObject([{ state: 'refused', ...refused }]);
  });

  test.each([
    // The address to upload to has ended; the next try gets another one.
    [403, 'unavailable'],
    [404, 'unavailable'],
    [410, 'unavailable'],
    [500, 'unavailable'],
    [302, 'misconfigured'],
    [429, 'rate_limited'],
  ])('is surely not shown when the upload is answered %d', async (status, failure) => {
    api.say('upload', { status });
    await expect(send(pdf())).rejects.toMatchObject({ failure });
    expect(api.called()).not.toContain('files.completeUploadExternal');
  });

  test.each(['fatal_error', 'internal_error'])('may be shown after %s', async (error) => {
    api.say('files.completeUploadExternal', refusal(error));
    expect(await send(pdf())).toEqual([{ state: 'unknown' }]);
  });

  test('may be shown when the last answer does not make sense', async () => {
    api.say('files.completeUploadExternal', { status: 502 });
    expect(await send(pdf())).toEqual([{ state: 'unknown' }]);
    expect(api.called()).toHaveLength(3);
  });

  test.each([
    'https://files.slack.com.example.com/upload/v1/x',
    'http://127.0.0.1:1/upload/v1/x',
    'http://user:password@127.0.0.1/upload/v1/x',
    'ftp://127.0.0.1/x',
    'nonsense',
  ])('is never put to an address that is not of Slack: %s', async (upload_url) => {
    api.say('files.getUploadURLExternal', ok({ upload_url, file_id: 'F1' }));
    await expect(send(pdf())).rejects.toMatchObject({ failure: 'misconfigured' });
    expect(api.called()).toEqual(['files.getUploadURLExternal']);
  });
});

describe("a client's file", () => {
  const open = (ref: unknown) => carrier.openMedia(tools, CREDENTIALS, ref);

  test.each(['FABROAD', 'FDELETED', 'FGONE', 'D1', 'f1'])(
    'named %s is not opened',
    async (fileId) => {
      await expect(open({ fileId })).rejects.toMatchObject({ failure: 'rejected' });
    },
  );

  test('behind a page that asks to sign in needs another grant', async () => {
    const page = { headers: { 'content-type': 'text/html; charset=utf-8' } };
    api.say('download', page);
    await expect(open({ fileId: 'FSMALL' })).rejects.toMatchObject({ failure: 'reauthorize' });
  });

  test.each([
    [404, 'rejected'],
    [403, 'reauthorize'],
    [503, 'unavailable'],
    [302, 'misconfigured'],
    [429, 'rate_limited'],
  ])('that is answered %d is %s', async (status, failure) => {
    api.say('download', { status });
    await expect(open({ fileId: 'FSMALL' })).rejects.toMatchObject({ failure });
  });
});

describe('a reaction', () => {
  const messageId = `${CHANNEL}:${ts(77)}`;
  const react = (emoji: string | null, credentials: object = CREDENTIALS) =>
    carrier.react?.(tools, { ...credentials }, CHAT, { messageId, isOurs: false, emoji });
  const there = (...reactions: object[]) =>
    api.say('reactions.get', ok({ message: { ts: ts(77), reactions } }));
  const made = () =>
    api.calls
      .filter(({ method }) => /reactions\.(add|remove)/.test(method))
      .map(({ method, form }) => [method, form.name, form.channel, form.timestamp]);

  test('takes the place of the one before', async () => {
    there({ name: 'heart', users: ['U0ANA', BOT_USER] }, { name: 'tada', users: ['U0ANA'] });
    expect(await react('👍🏽')).toEqual({ state: 'sent', messageId, isDelivered: true });
    expect(made()).toEqual([
      ['reactions.remove', 'heart', CHANNEL, ts(77)],
      ['reactions.add', '+1::skin-tone-4', CHANNEL, ts(77)],
    ]);
  });

  test('is taken away, and only ours', async () => {
    there({ name: 'heart', users: [BOT_USER] }, { name: 'tada', users: ['U0ANA'] });
    await react(null);
    expect(made()).toEqual([['reactions.remove', 'heart', CHANNEL, ts(77)]]);
  });

  test('is found by a grant that does not say who we are', async () => {
    there({ name: 'heart', users: [BOT_USER] });
    await react(null, { accessToken: ACCESS_TOKEN });
    expect(made()).toEqual([['reactions.remove', 'heart', CHANNEL, ts(77)]]);
  });

  test('that is there already, or away already, is as it should be', async () => {
    api.say('reactions.add', refusal('already_reacted'));
    expect(await react('👍')).toMatchObject({ state: 'sent' });
    there({ name: 'heart', users: [BOT_USER] });
    api.say('reactions.remove', refusal('no_reaction'));
    expect(await react(null)).toMatchObject({ state: 'sent' });
  });

  test.each([
    ['message_not_found', 'refused'],
    ['too_many_emoji', 'refused'],
    ['invalid_name', 'unsupported'],
  ])('is refused for itself: %s', async (error, reason) => {
    api.say('reactions.add', refusal(error));
    expect(await react('👍')).toEqual({ state: 'refused', reason, detail: error });
  });

  test('that Slack has no name for is refused without a call', async () => {
    expect(await react('👍👍')).toEqual({ state: 'refused', reason: 'unsupported' });
    expect(api.calls).toEqual([]);
  });
});

describe('a person', () => {
  const find = (id: string) => carrier.findPerson?.(tools, CREDENTIALS, id);

  test('is known by the name they go by', async () => {
    expect(await find('U0ANA')).toEqual({ name: 'Ana P.' });
    expect(formOf('users.info')).toEqual({ user: 'U0ANA' });
    const profile = { display_name: '', real_name: 'Ana Pérez', image_192: 'https://a.example/1' };
    api.say('users.info', ok({ user: { name: 'ana', profile } }));
    expect(await find('U0ANA')).toEqual({ name: 'Ana Pérez', avatarUrl: 'https://a.example/1' });
  });

  test('may be nobody whom Slack shows', async () => {
    api.say('users.info', refusal('user_not_found'), ok({}));
    expect(await find('U0X')).toBeUndefined();
    expect(await find('U0X')).toBeUndefined();
  });

  test('is asked for again when Slack is busy', async () => {
    api.say('users.info', refusal('ratelimited'));
    await expect(find('U0ANA')).rejects.toMatchObject({ failure: 'rate_limited' });
  });
});

test('no answer that repeats what we sent gets into an outcome', async () => {
  const proxy = await startFaultProxy(api.port);
  carrier = carrierAt(proxy.port);
  proxy.arm({ repeats: 'body', status: 400 });
  const outcomes = await send({ text: 'canary-words' });
  await proxy.close();
  expect(outcomes).toEqual([{ state: 'refused', reason: 'refused' }]);
  expect(everythingIn(outcomes) + tools.logged()).not.toContain('canary-words');
});
