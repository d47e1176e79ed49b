import type { ReceivedContent, ReceivedItem } from '../../src/server/connectors/messages.ts';
import { parseUpdate } from '../../src/server/connectors/telegram/parse.ts';
import {
  ANA,
  DATE,
  event,
  file,
  GROUP,
  message,
  PRIVATE,
  sent,
} from './support/telegram-updates.ts';

const ref = { fileId: 'AgACAgIAAxk' };
const PRESS = { id: '4382bf', from: ANA, chat_instance: '1' };
const BOT = { id: 7000000009, is_bot: true, first_name: 'Shop' };
const HUGE = 20 * 1024 * 1024 + 1;

function only(update: Parameters<typeof parseUpdate>[0]): ReceivedItem {
  const [item, ...others] = parseUpdate(update);
  if (item === undefined || others.length > 0) throw new Error('not one item');
  return item;
}

describe('an update of Telegram', () => {
  test('gives a message with its chat, its person and its time', () => {
    const posted =
      '{"update_id":900001,"message":{"message_id":1001,"from":{"id":555,"is_bot":false,"first_name":"Ana"},' +
      '"chat":{"id":555,"type":"private","first_name":"Ana"},"date":1795773600,"text":"Hola"}}';
    expect(parseUpdate({ headers: {}, body: Buffer.from(posted) })).toEqual([
      {
        event: 'message',
        messageId: '555:1001',
        chat: { id: '555' },
        person: { id: '555', name: 'Ana' },
        content: { kind: 'text', text: 'Hola' },
        atMs: 1_795_773_600_000,
      },
    ]);
  });

  test.each<[string, object, ReceivedContent]>([
    ['a command', { text: '/start' }, { kind: 'text', text: '/start' }],
    [
      'a text of characters nobody takes',
      { text: ' a\0b\r\nc\ud800 ' },
      { kind: 'text', text: 'ab\nc\ufffd' },
    ],
    [
      'a word with an address behind it',
      {
        text: '👋 see this now',
        entities: [{ type: 'text_link', offset: 7, length: 4, url: 'https://a.example/' }],
      },
      { kind: 'text', text: '👋 see this (https://a.example/) now' },
    ],
    [
      'the largest of the sizes of a picture, with its words',
      {
        photo: [file({ file_id: 's', file_size: 10 }), file({ file_id: 'l', file_size: 30 })],
        caption: 'Look',
      },
      {
        kind: 'picture',
        media: { ref: { fileId: 'l' }, fileName: 'photo_1001.jpg', type: 'image/jpeg', bytes: 30 },
        text: 'Look',
      },
    ],
    [
      'a video',
      { video: file({ file_name: 'x/y.mp4', mime_type: 'video/mp4', duration: 7 }) },
      {
        kind: 'video',
        media: { ref, fileName: 'x_y.mp4', type: 'video/mp4', bytes: 20_142 },
        seconds: 7,
      },
    ],
    [
      'a round video',
      { video_note: file({ duration: 7 }) },
      {
        kind: 'video',
        media: { ref, fileName: 'video_1001.mp4', type: 'video/mp4', bytes: 20_142 },
        seconds: 7,
      },
    ],
    [
      'an animation, which is a document too',
      { animation: file({ mime_type: 'video/mp4' }), document: file() },
      {
        kind: 'video',
        media: { ref, fileName: 'animation_1001.mp4', type: 'video/mp4', bytes: 20_142 },
      },
    ],
    [
      'a voice message',
      { voice: file({ mime_type: 'audio/ogg', duration: 2 }) },
      {
        kind: 'voice',
        media: { ref, fileName: 'voice_1001.ogg', type: 'audio/ogg', bytes: 20_142 },
        seconds: 2,
      },
    ],
    [
      'music, with a type that is none',
      { audio: file({ file_name: 'a.mp3', mime_type: 'a b/c\r\n' }) },
      { kind: 'audio', media: { ref, fileName: 'a.mp3', bytes: 20_142 } },
    ],
    [
      'a document of unknown size',
      { document: { file_id: 'd', file_name: 'a.pdf' } },
      { kind: 'file', media: { ref: { fileId: 'd' }, fileName: 'a.pdf' } },
    ],
    [
      'a sticker',
      { sticker: file({ is_animated: false, is_video: false, emoji: '🍵' }) },
      {
        kind: 'sticker',
        media: { ref, fileName: 'sticker_1001.webp', type: 'image/webp', bytes: 20_142 },
      },
    ],
    [
      'a sticker that moves',
      { sticker: file({ is_animated: true, emoji: '🍵' }) },
      { kind: 'text', text: '🍵' },
    ],
    [
      'a sticker that moves and means nothing',
      { sticker: file({ is_video: true }) },
      { kind: 'file', media: { ref, fileName: 'sticker_1001.webm', bytes: 20_142 } },
    ],
    [
      'a place',
      { location: { latitude: 41.4, longitude: 2.17 } },
      { kind: 'location', lat: 41.4, lon: 2.17 },
    ],
    [
      'a place with a name',
      {
        location: { latitude: 1, longitude: 2 },
        venue: { location: { latitude: 1, longitude: 2 }, title: 'Café', address: 'Calle 1' },
      },
      { kind: 'location', lat: 1, lon: 2, text: 'Café\nCalle 1' },
    ],
    [
      "somebody's number as it was typed",
      { contact: { phone_number: '600 111 222', first_name: 'Bo', last_name: 'Li' } },
      { kind: 'contact', name: 'Bo Li', phone: '600 111 222' },
    ],
    [
      'a poll',
      { poll: { question: 'Tea?', options: [{ text: 'Yes' }, { text: 'No' }] } },
      { kind: 'placeholder', what: 'poll', detail: 'Tea?\nYes\nNo' },
    ],
    [
      'a die',
      { dice: { emoji: '🎲', value: 4 } },
      { kind: 'placeholder', what: 'dice', detail: '🎲 4' },
    ],
    ['a story', { story: { id: 1, chat: PRIVATE } }, { kind: 'placeholder', what: 'story' }],
    ['a game', { game: { title: 'Go' } }, { kind: 'placeholder', what: 'game', detail: 'Go' }],
    ['a payment', { successful_payment: {} }, { kind: 'placeholder', what: 'payment' }],
    [
      'a file no bot can fetch',
      { document: file({ file_name: 'a.zip', file_size: HUGE }), caption: 'The plans' },
      { kind: 'placeholder', what: 'file_too_large', detail: 'a.zip\nThe plans' },
    ],
    [
      'a kind of next year',
      { hologram: {}, caption: 'Hi' },
      { kind: 'placeholder', what: 'unsupported', detail: 'Hi' },
    ],
    ['a picture without a picture', { photo: [] }, { kind: 'placeholder', what: 'unsupported' }],
  ])('may hold %s', (_what, content, expected) => {
    expect(only(sent(content))).toMatchObject({ event: 'message', content: expected });
    const item = only(sent(content));
    expect(item.event === 'message' && item.content).toEqual(expected);
  });

  test.each([
    ['new members', { message: message({ chat: GROUP, new_chat_members: [ANA] }) }],
    ['a pinned message', { message: message({ pinned_message: message({ text: 'x' }) }) }],
    ['a new title', { message: message({ chat: GROUP, new_chat_title: 'x' }) }],
    ['a text of blanks', { message: message({ text: ' \u200b ' }) }],
    ['words of another bot', { message: message({ from: BOT, text: 'x' }) }],
    ['a post of a channel', { channel_post: message({ text: 'x' }) }],
    [
      'a message in a channel',
      { message: message({ chat: { id: -1, type: 'channel' }, text: 'x' }) },
    ],
    [
      'a post forwarded into the group of its channel',
      { message: message({ chat: GROUP, is_automatic_forward: true, text: 'x' }) },
    ],
    ['somebody who blocked the bot', { my_chat_member: { chat: PRIVATE, from: ANA, date: DATE } }],
    [
      'a place that moves on',
      {
        edited_message: message({ location: { latitude: 1, longitude: 2, live_period: 60 } }),
      },
    ],
    [
      'a reaction of a bot',
      {
        message_reaction: { chat: PRIVATE, message_id: 1, user: BOT, date: DATE, new_reaction: [] },
      },
    ],
    [
      'a button of inline mode',
      { callback_query: { ...PRESS, inline_message_id: 'x', data: 'y' } },
    ],
    ['an update of next year', { hologram: { id: 1 } }],
  ])('gives nothing for %s', (_what, update) => {
    expect(parseUpdate(event(update))).toEqual([]);
  });

  test("knows a client's own number from that of somebody else", () => {
    const own = only(
      sent({ contact: { phone_number: '34600111222', user_id: 555, first_name: 'Ana' } }),
    );
    expect(own).toMatchObject({
      person: { id: '555', name: 'Ana Pérez', phone: '+34600111222' },
      content: { kind: 'contact', phone: '+34600111222' },
    });
    const friend = only(
      sent({ contact: { phone_number: '34600111333', user_id: 9, first_name: 'B' } }),
    );
    expect(friend).toMatchObject({ content: { phone: '+34600111333' } });
    expect(friend).not.toHaveProperty('person.phone');
  });

  test('says what is quoted, within the same chat', () => {
    const quote = { text: 'Yes', reply_to_message: message({ text: 'Tea?' }, 77) };
    expect(only(sent(quote))).toMatchObject({ replyTo: '555:77' });
  });

  test('keeps the pictures of an album apart and in order', () => {
    const album = [1, 2, 3].flatMap((id) =>
      parseUpdate(
        sent({ photo: [file()], media_group_id: '13', ...(id === 1 && { caption: 'All' }) }, id),
      ),
    );
    expect(album).toMatchObject([
      { messageId: '555:1', content: { text: 'All' } },
      { messageId: '555:2' },
      { messageId: '555:3' },
    ]);
  });

  test('keeps ids that a number cannot hold', () => {
    const body = Buffer.from(
      '{"message":{"message_id":1,"date":1795773600,"text":"x","from":{"id":90071992547409931},' +
        '"chat":{"id":90071992547409931,"type":"private"}}}',
    );
    expect(only({ headers: {}, body })).toMatchObject({
      chat: { id: '90071992547409931' },
      person: { id: '90071992547409931', name: '90071992547409931' },
    });
  });

  test.each([
    [{ first_name: 'Ana', last_name: ' \u202ePérez\n' }, 'Ana Pérez'],
    [{ first_name: ' ', username: 'ana' }, 'ana'],
    [{}, '555'],
  ])('calls a person %j by name: %s', (named, name) => {
    const from = { id: 555, is_bot: false, ...named };
    expect(only(sent({ text: 'x', from }))).toMatchObject({ person: { id: '555', name } });
  });

  test('tells two edits of one second apart, and one edit that is posted twice not', () => {
    const edit = (update_id: number) =>
      only(event({ update_id, edited_message: message({ text: 'Hola!', edit_date: DATE + 5 }) }));
    expect(edit(1)).toMatchObject({
      event: 'edit',
      messageId: '555:1001',
      content: { kind: 'text', text: 'Hola!' },
      atMs: (DATE + 5) * 1000,
    });
    expect(edit(1)).toEqual(edit(1));
    expect(edit(1)).not.toEqual(edit(2));
  });

  describe('that a button was pressed', () => {
    const press = (data: string, rows: object[][] = [], receivedAtMs?: number) => {
      const asked = message({ from: BOT, text: '?', reply_markup: { inline_keyboard: rows } }, 77);
      const posted = event({ callback_query: { ...PRESS, data, message: asked } });
      return only({ ...posted, ...(receivedAtMs !== undefined && { receivedAtMs }) });
    };

    test('is a message of the client, which Telegram wants acknowledged', () => {
      expect(press('tYes', [], 1_800_000_000_000)).toEqual({
        event: 'message',
        messageId: '555:press:4382bf',
        chat: { id: '555' },
        person: { id: '555', name: 'Ana Pérez' },
        content: { kind: 'text', text: 'Yes' },
        atMs: 1_800_000_000_000,
        replyTo: '555:77',
        acknowledgement: { callbackQueryId: '4382bf' },
      });
      expect(press('tYes')).toMatchObject({ atMs: DATE * 1000 });
    });

    test('of another program is read as well as can be', () => {
      const rows = [[{ text: 'Sí', callback_data: 'answer=1' }]];
      const content = { kind: 'text', text: 'Sí', callbackData: 'answer=1' };
      expect(press('answer=1', rows)).toMatchObject({ content });
      expect(press('answer=2', rows)).toMatchObject({ content: { text: 'answer=2' } });
    });

    test('is read from a message that is out of reach', () => {
      const asked = { chat: PRIVATE, message_id: 77, date: 0 };
      const posted = event({ callback_query: { ...PRESS, data: 'b5:row-1Tea', message: asked } });
      expect(only(posted)).toMatchObject({
        content: { kind: 'text', text: 'Tea', callbackData: 'row-1' },
      });
    });
  });

  describe('about a reaction', () => {
    const react = (before: object[], after: object[]) =>
      parseUpdate(
        event({
          message_reaction: {
            chat: PRIVATE,
            message_id: 77,
            user: ANA,
            date: DATE,
            old_reaction: before,
            new_reaction: after,
          },
        }),
      );
    const thumb = { type: 'emoji', emoji: '👍' };
    const own = { type: 'custom_emoji', custom_emoji_id: '1' };

    test.each([
      ['put', [], [thumb], '👍'],
      ['changed', [thumb], [{ type: 'emoji', emoji: '❤' }], '❤'],
      ['taken away', [thumb], [], null],
      ['changed to one without a letter', [thumb], [own], null],
      ['paid for', [], [{ type: 'paid' }], '⭐'],
    ])('says that it was %s', (_what, before, after, emoji) => {
      expect(react(before, after)).toMatchObject([
        { event: 'reaction', messageId: '555:77', emoji, person: { id: '555' } },
      ]);
    });

    test('without a letter says nothing', () => {
      expect(react([], [own])).toEqual([]);
    });
  });

  describe('from a group', () => {
    const inGroup = (content: object) => only(sent({ chat: GROUP, ...content }));

    test('has the group for its client, and words that say who spoke', () => {
      expect(inGroup({ text: 'Hola' })).toMatchObject({
        chat: { id: '-1001234567890', isGroup: true },
        person: { id: 'group:-1001234567890', name: 'Friends of tea' },
        content: { kind: 'text', text: 'Ana Pérez: Hola' },
      });
      expect(inGroup({ photo: [file()] })).toMatchObject({ content: { text: 'Ana Pérez' } });
      expect(inGroup({ poll: { question: 'Tea?' } })).toMatchObject({
        content: { kind: 'placeholder', detail: 'Ana Pérez: Tea?' },
      });
    });

    test('never takes the number of a member for that of the group', () => {
      const contact = { phone_number: '34600111222', user_id: 555, first_name: 'Ana' };
      expect(inGroup({ contact })).not.toHaveProperty('person.phone');
    });

    test('knows an admin who hides behind it', () => {
      const anonymous = { id: 1087968824, is_bot: true, first_name: 'Group' };
      const item = inGroup({ from: anonymous, sender_chat: GROUP, text: 'Hola' });
      expect(item).toMatchObject({ content: { text: 'Friends of tea: Hola' } });
    });

    test('tells in both chats where it moved', () => {
      const moved = { event: 'move', fromChatId: '-42', toChatId: '-1001234567890' };
      const old = { id: -42, type: 'group', title: 'Friends' };
      expect(only(sent({ chat: old, migrate_to_chat_id: -1001234567890 }))).toEqual(moved);
      expect(inGroup({ migrate_from_chat_id: -42 })).toEqual(moved);
    });
  });
});
