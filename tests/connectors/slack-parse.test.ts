import type { ReceivedItem } from '../../src/server/connectors/messages.ts';
import { parseEvent } from '../../src/server/connectors/slack/parse.ts';
import { BOT_USER, CHANNEL } from './support/slack-api.ts';
import {
  ANA,
  changed,
  DATE,
  file,
  message,
  posted,
  reacted,
  ts,
  written,
} from './support/slack-events.ts';

const NAMELESS = { id: ANA, name: ANA, isNameless: true };

function only(items: ReceivedItem[]): ReceivedItem {
  expect(items).toHaveLength(1);
  return items[0] as ReceivedItem;
}

function contents(items: ReceivedItem[]): unknown[] {
  return items.map((item) => 'content' in item && item.content);
}

/** As Slack posts it, with everything that is of no interest. */
const AS_POSTED = {
  token: 'ZZZZZZWSxiZZZ2yIvs3peJ',
  team_id: 'T123ABC456',
  context_team_id: 'T123ABC456',
  context_enterprise_id: null,
  api_app_id: 'A123ABC456',
  event: {
    client_msg_id: '5b1b9b06-5c2e-4f0a-9b0b-6d6b0a1f9c11',
    type: 'message',
    text: 'Is the <https://shop.example/tea?a=1&amp;b=2|green tea> back? :wave::skin-tone-3:',
    user: 'U123ABC456',
    ts: '1795773600.123400',
    blocks: [{ type: 'rich_text', block_id: 'x', elements: [] }],
    team: 'T123ABC456',
    channel: 'D123ABC456',
    event_ts: '1795773600.123400',
    channel_type: 'im',
  },
  type: 'event_callback',
  event_id: 'Ev123ABC456',
  event_time: DATE,
  authorizations: [
    {
      enterprise_id: null,
      team_id: 'T123ABC456',
      user_id: 'UBOT',
      is_bot: true,
      is_enterprise_install: false,
    },
  ],
  is_ext_shared_channel: false,
  event_context: '4-xyz',
};

describe('a direct message', () => {
  test('is read as Slack posts it', () => {
    const body = Buffer.from(JSON.stringify(AS_POSTED));
    expect(parseEvent({ headers: {}, body })).toEqual([
      {
        event: 'message',
        messageId: 'D123ABC456:1795773600.123400',
        content: {
          kind: 'text',
          text: 'Is the green tea (https://shop.example/tea?a=1&b=2) back? 👋🏼',
        },
        chat: { id: 'D123ABC456' },
        person: { id: 'U123ABC456', name: 'U123ABC456', isNameless: true },
        atMs: 1_795_773_600_123,
      },
    ]);
  });

  test('says who wrote it where Slack does', () => {
    const profiles: [object, string][] = [
      [{ display_name: 'Ana', real_name: 'Ana Pérez', name: 'ana' }, 'Ana'],
      [{ display_name: '', real_name: 'Ana Pérez', name: 'ana' }, 'Ana Pérez'],
      [{ display_name: ' ', name: 'ana' }, 'ana'],
    ];
    for (const [user_profile, name] of profiles) {
      const item = only(parseEvent(written({ text: 'Hola', user_profile })));
      expect(item).toMatchObject({ person: { id: ANA, name } });
      expect(item).not.toMatchObject({ person: { isNameless: true } });
    }
  });

  test('within a thread quotes the head of the thread', () => {
    const replies = parseEvent(written({ text: 'Yes', thread_ts: ts(1) }, 8));
    expect(only(replies)).toMatchObject({
      messageId: `${CHANNEL}:${ts(8)}`,
      replyTo: `${CHANNEL}:${ts(1)}`,
    });
    // A head that has been answered to names itself.
    const head = only(parseEvent(written({ text: 'Tea?', thread_ts: ts(1) }, 1)));
    expect(head).not.toHaveProperty('replyTo');
  });

  test.each(['me_message', 'thread_broadcast'])('of the kind %s is one like others', (subtype) => {
    const item = only(parseEvent(written({ subtype, text: 'Hola' })));
    expect(item).toMatchObject({ event: 'message', content: { kind: 'text', text: 'Hola' } });
  });

  test('that passes another one on holds both', () => {
    const attachments = [
      { text: 'The shop opens at 9 &amp; closes at 5', is_share: true, from_url: 'https://x' },
      { text: 'A preview', is_share: false },
    ];
    const commented = parseEvent(written({ text: 'See', attachments }));
    expect(contents(commented)).toEqual([
      { kind: 'text', text: 'See\n\nThe shop opens at 9 & closes at 5' },
    ]);
    const bare = parseEvent(written({ text: '', attachments: attachments.slice(0, 1) }));
    expect(contents(bare)).toEqual([{ kind: 'text', text: 'The shop opens at 9 & closes at 5' }]);
  });

  test.each<[string, object, object?]>([
    ['of our own bot', { user: BOT_USER, bot_id: 'B0BOT', text: 'Hi' }],
    ['of our own bot, known by its user', { user: BOT_USER, text: 'Hi' }],
    ['of another bot', { user: 'U0OTHER', bot_profile: { id: 'B1' }, text: 'Hi' }],
    ['of nobody', { user: undefined, text: 'Hi' }],
    ['in a public channel', { channel: 'C0X', channel_type: 'channel', text: 'Hi' }],
    ['in a private channel', { channel: 'G0X', channel_type: 'group', text: 'Hi' }],
    ['in a group of people', { channel: 'G0X', channel_type: 'mpim', text: 'Hi' }],
    ['in a channel that does not say its kind', { channel: 'C0X', channel_type: undefined }],
    ['that somebody joined', { subtype: 'channel_join', text: 'joined' }],
    ['by the integrations of old', { subtype: 'bot_message', text: 'Hi' }],
    ['about a huddle', { subtype: 'huddle_thread', text: 'A huddle' }],
    ['without anything in it', { text: ' ' }],
    ['without a time', { ts: undefined, text: 'Hi' }],
  ])('%s gives nothing', (_what, content) => {
    const event = { ...message({}), channel: CHANNEL, channel_type: 'im', ...content };
    expect(parseEvent(posted(event))).toEqual([]);
  });
});

describe('files', () => {
  const shared = (...files: object[]) =>
    parseEvent(written({ subtype: 'file_share', text: 'Look', files }));

  test.each([
    ['image/png', {}, 'picture'],
    ['image/svg+xml', {}, 'file'],
    ['image/vnd.adobe.photoshop', {}, 'file'],
    ['video/quicktime', {}, 'video'],
    ['video/mp4', { subtype: 'slack_audio' }, 'voice'],
    ['audio/mp4', { subtype: 'slack_video' }, 'video'],
    ['audio/webm', { subtype: 'slack_audio' }, 'voice'],
    ['audio/mpeg', {}, 'audio'],
    ['text/plain', { mode: 'snippet' }, 'file'],
  ])('%s with %j is a %s%s', (mimetype, fields, kind) => {
    expect(only(shared(file(mimetype, fields)))).toMatchObject({
      content: {
        kind,
        text: 'Look',
        media: { ref: { fileId: 'F1' }, fileName: 'a.bin', type: mimetype, bytes: 20_142 },
      },
    });
  });

  test('come one message each, the words with the first', () => {
    const items = shared(file('image/png'), file('application/pdf', { id: 'F2' }));
    expect(items).toMatchObject([
      { messageId: `${CHANNEL}:${ts(100)}`, content: { kind: 'picture', text: 'Look' } },
      { messageId: `${CHANNEL}:${ts(100)}:F2`, content: { kind: 'file' } },
    ]);
    expect(items[1]).not.toHaveProperty('content.text');
  });

  test.each(['tombstone', 'hidden_by_limit'])('that are %s are told of', (mode) => {
    expect(contents(shared(file('image/png', { mode })))).toEqual([
      { kind: 'placeholder', what: 'file_unavailable', detail: 'a.bin\nLook' },
    ]);
  });

  test('that lie elsewhere are links', () => {
    const fields = {
      mode: 'external',
      title: 'Prices',
      url_private: 'https://docs.example/d/1',
    };
    expect(contents(shared(file('application/vnd.google-apps', fields)))).toEqual([
      { kind: 'text', text: 'Look\nPrices\nhttps://docs.example/d/1' },
    ]);
    const script = { ...fields, url_private: 'javascript:alert(1)' };
    expect(contents(shared(file('text/html', script)))).toMatchObject([
      { kind: 'placeholder', what: 'file_unavailable' },
    ]);
  });

  test('of shared workspaces, of which only the id is told, are carried', () => {
    const bare = { id: 'F7', mode: 'file_access', file_access: 'check_file_info' };
    expect(contents(shared(bare))).toEqual([
      { kind: 'file', text: 'Look', media: { ref: { fileId: 'F7' }, fileName: 'file_F7' } },
    ]);
  });

  test('never hold an address of Slack, which a token opens', () => {
    const items = shared(file('image/png'), file('video/mp4', { id: 'F2' }));
    expect(JSON.stringify(items)).not.toContain('files.slack.com');
  });

  test('of ours that are shown now have got there', () => {
    const fields = { subtype: 'file_share', user: BOT_USER, text: 'For you' };
    const files = [file('application/pdf', { id: 'F9' })];
    expect(parseEvent(written({ ...fields, files }))).toEqual([
      { event: 'status', messageId: `${CHANNEL}:F9`, state: 'delivered' },
    ]);
  });
});

describe('a change', () => {
  const change = (now: object, before: object) =>
    parseEvent(
      changed('message_changed', {
        message: message(now, 1),
        previous_message: message(before, 1),
      }),
    );
  const pdf = file('application/pdf', { id: 'F1' });
  const png = file('image/png', { id: 'F2' });

  test('of the words is an edit', () => {
    const edited = { user: ANA, ts: ts(901) };
    expect(change({ text: 'Hola!', edited }, { text: 'Hola' })).toEqual([
      {
        event: 'edit',
        messageId: `${CHANNEL}:${ts(1)}`,
        editId: ts(901),
        content: { kind: 'text', text: 'Hola!' },
        chat: { id: CHANNEL },
        person: NAMELESS,
        atMs: DATE * 1000,
      },
    ]);
  });

  test('that adds the preview of a link, or an answer, is none', () => {
    const attachments = [{ text: 'Shop', from_url: 'https://shop.example' }];
    const text = '<https://shop.example>';
    expect(change({ text, attachments }, { text })).toEqual([]);
    expect(change({ text, thread_ts: ts(1), reply_count: 1 }, { text })).toEqual([]);
  });

  test('of the words below a file keeps the file', () => {
    const now = { text: 'New', files: [pdf] };
    expect(only(change(now, { text: 'Old', files: [pdf] }))).toMatchObject({
      event: 'edit',
      content: { kind: 'file', text: 'New', media: { ref: { fileId: 'F1' } } },
    });
  });

  test('that takes a file away deletes what it was', () => {
    const stone = { id: 'F2', mode: 'tombstone' };
    expect(change({ text: 'a', files: [pdf, stone] }, { text: 'a', files: [pdf, png] })).toEqual([
      expect.objectContaining({ event: 'delete', messageId: `${CHANNEL}:${ts(1)}:F2` }),
    ]);
    expect(change({ text: '', files: [] }, { text: '', files: [pdf] })).toEqual([
      expect.objectContaining({ event: 'delete', messageId: `${CHANNEL}:${ts(1)}` }),
    ]);
    expect(change({ text: 'a' }, { text: 'a', files: [pdf] })).toEqual([
      expect.objectContaining({ event: 'edit', content: { kind: 'text', text: 'a' } }),
    ]);
  });

  test('that leaves a stone, because others have answered, deletes', () => {
    const now = { subtype: 'tombstone', user: 'USLACKBOT', text: 'This message was deleted.' };
    expect(change(now, { text: 'Hola' })).toEqual([
      expect.objectContaining({
        event: 'delete',
        messageId: `${CHANNEL}:${ts(1)}`,
        person: NAMELESS,
      }),
    ]);
  });

  test('of our own message gives nothing', () => {
    const ours = { user: BOT_USER, bot_id: 'B0BOT' };
    expect(change({ ...ours, text: 'b' }, { ...ours, text: 'a' })).toEqual([]);
  });
});

describe('a deletion', () => {
  test('deletes everything that came of the message', () => {
    const files = [file('image/png'), file('image/png', { id: 'F2' })];
    const items = parseEvent(
      changed('message_deleted', {
        deleted_ts: ts(5),
        previous_message: message({ text: 'a', files }, 5),
      }),
    );
    expect(items).toMatchObject([
      { event: 'delete', messageId: `${CHANNEL}:${ts(5)}`, person: NAMELESS },
      { event: 'delete', messageId: `${CHANNEL}:${ts(5)}:F2` },
    ]);
  });

  test('of our own message, or of one that nobody describes, gives nothing', () => {
    const ours = message({ user: BOT_USER, bot_id: 'B0BOT' }, 5);
    const fields = { deleted_ts: ts(5), previous_message: ours };
    expect(parseEvent(changed('message_deleted', fields))).toEqual([]);
    expect(parseEvent(changed('message_deleted', { deleted_ts: ts(5) }))).toEqual([]);
  });
});

describe('a reaction', () => {
  test('is put on and taken away', () => {
    expect(parseEvent(reacted('reaction_added', { reaction: 'heart' }))).toEqual([
      {
        event: 'reaction',
        messageId: `${CHANNEL}:${ts(77)}`,
        emoji: '❤️',
        reactionId: `${ts(901)}:Ev1`,
        chat: { id: CHANNEL },
        person: NAMELESS,
        atMs: DATE * 1000,
      },
    ]);
    const gone = only(parseEvent(reacted('reaction_removed', { reaction: 'heart' })));
    expect(gone).toMatchObject({ event: 'reaction', emoji: null });
  });

  test.each<[string, object]>([
    ['of our own', { user: BOT_USER }],
    ["of the workspace's own making", { reaction: 'party-parrot' }],
    ['in a channel', { item: { type: 'message', channel: 'C0X', ts: ts(77) } }],
    ['on a file of the time before threads', { item: { type: 'file', file: 'F1' } }],
  ])('%s gives nothing', (_what, fields) => {
    expect(parseEvent(reacted('reaction_added', fields))).toEqual([]);
  });
});

test('what Slack asks and tells of the app is no message', () => {
  for (const outer of [
    { type: 'url_verification', challenge: 'x' },
    { type: 'app_rate_limited' },
    { event: undefined },
  ]) {
    expect(parseEvent(written({ text: 'Hola' }, 1, outer))).toEqual([]);
  }
});
