import { createHmac } from 'node:crypto';
import { isGenuineChatHook, parseChatHook } from '../../src/server/kommo/chat-hook.ts';
import { ACCOUNT, SECRET } from '../support/amojo-vectors.ts';
import { HOOKS } from '../support/message-vectors.ts';

const sign = (body: string | Buffer, secret = SECRET) =>
  createHmac('sha1', secret).update(body).digest('hex');

describe('a chat webhook is genuine', () => {
  const { text } = HOOKS;
  const genuine = (body: string | Buffer, signature: string | undefined, secret = SECRET) =>
    isGenuineChatHook(secret, Buffer.from(body), signature);

  test.each(Object.entries(HOOKS))(
    'with its line break signed or not: %s',
    (_name, { body, bytes, signature, withLineBreak }) => {
      expect(Buffer.byteLength(body)).toBe(bytes);
      expect(genuine(`${body}\n`, signature)).toBe(true);
      expect(genuine(`${body}\r\n`, signature)).toBe(true);
      expect(genuine(body, signature)).toBe(true);
      expect(genuine(`${body}\n`, withLineBreak)).toBe(true);
    },
  );

  test('when its signature is spelt in capitals', () => {
    expect(genuine(`${text.body}\n`, text.signature.toUpperCase())).toBe(true);
  });

  test('only when every bit of the body is as it was signed', () => {
    const bytes = Buffer.from(`${text.body}\n`);
    for (let at = 0; at < bytes.length - 1; at += 7) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(genuine(changed, text.signature)).toBe(false);
    }
  });

  test('only when nothing but one line break is around the body', () => {
    for (const body of [`\n${text.body}`, `${text.body}\n\n`, `${text.body} `, `${text.body}\r`]) {
      expect(genuine(body, text.signature)).toBe(false);
    }
    expect(genuine(text.body.replace('"text":"Good', '"text":\n"Good'), text.signature)).toBe(
      false,
    );
  });

  test.each([
    undefined,
    '',
    'zz',
    text.signature.slice(1),
    `${text.signature}0`,
    `${text.signature}, ${text.signature}`,
    ` ${text.signature}`,
    text.signature.replace(/^./, 'z'),
    text.signature.replace(/^./, 'ﬀ'),
  ])('never with the signature %j', (signature) => {
    expect(genuine(`${text.body}\n`, signature)).toBe(false);
  });

  test('never when another channel signed it', () => {
    expect(genuine(text.body, sign(text.body, '0'.repeat(40)))).toBe(false);
  });

  test.each(['', '\n', '\r\n'])('also without a content: %j', (body) => {
    expect(genuine(body, sign(''))).toBe(true);
    expect(genuine(body, sign('x'))).toBe(false);
  });
});

const parse = (value: unknown) =>
  parseChatHook(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));

const conversation = {
  kommoChatId: '8e4d4baa-9e6c-4a88-838a-5f62be227bdc',
  conversationId: 'tg:77:555',
};

describe('a chat webhook tells', () => {
  test('of a text, without the empty values around it', () => {
    expect(parse(`${HOOKS.text.body}\n`)).toEqual({
      accountAmojoId: ACCOUNT,
      atSeconds: 1_795_773_610,
      event: {
        kind: 'message',
        conversation,
        sourceExternalId: 'ch_77',
        sender: { kommoId: '76fc2bea-902f-425c-9a3d-dcdac4766090', name: 'Manager' },
        receiver: { kommoId: '2ed64e26-70a1-4857-8382-bb066a076219', personId: 'tg:555' },
        atMs: 1_795_773_609_980,
        message: {
          kommoMessageId: '0371a0ff-b78a-4c7b-8538-a7d547e10692',
          type: 'text',
          text: 'Good morning',
        },
      },
    });
  });

  test('of a picture with text and buttons in a chat begun in Kommo', () => {
    expect(parse(HOOKS.writeFirst.body)?.event).toEqual({
      kind: 'message',
      conversation: { kommoChatId: '9f000000-0000-4000-8000-000000000001' },
      sourceExternalId: 'ch_9',
      sender: { kommoId: '76fc2bea-902f-425c-9a3d-dcdac4766090' },
      receiver: { kommoId: '2ed64e26-70a1-4857-8382-bb066a076219', phone: '5511999990000' },
      atMs: 1_795_773_619_001,
      message: {
        kommoMessageId: '0371a0ff-b78a-4c7b-8538-a7d547e10693',
        type: 'picture',
        text: 'See this',
        mediaUrl: 'https://amojo.kommo.com/attachments/image.jpg',
        thumbnailUrl: 'https://amojo.kommo.com/attachments/image_320x200.jpg',
        fileName: 'image.jpg',
        fileBytes: 1024,
        mediaGroupId: 'a1b2c3d4-0000-4000-8000-000000000001',
        buttons: [[{ text: 'Yes' }, { text: 'Site', url: 'https://example.com' }]],
      },
    });
  });

  const typing = {
    kind: 'typing',
    conversation,
    userKommoId: '76fc2bea-902f-425c-9a3d-dcdac4766090',
    expiresAtSeconds: 1_795_773_635,
  };

  test('of typing, wherever it names the user', () => {
    expect(parse(HOOKS.typing.body)?.event).toEqual(typing);
    const { action, ...rest } = JSON.parse(HOOKS.typing.body);
    const { user, ...inner } = action.typing;
    expect(parse({ ...rest, action: { user, typing: inner } })?.event).toEqual(typing);
    expect(parse({ ...rest, action: { typing: inner } })?.event).toEqual({ kind: 'unknown' });
  });

  const reaction = {
    kind: 'reaction',
    conversation,
    userKommoId: '76fc2bea-902f-425c-9a3d-dcdac4766090',
    kommoMessageId: 'a38c1c1a-9a17-483d-9d5d-bd0979800b8a',
    msgid: 'tg:77:1001',
    emoji: '😍',
  };

  test('of a reaction, however it names the message', () => {
    expect(parse(HOOKS.reaction.body)?.event).toEqual(reaction);
    const { action, ...rest } = JSON.parse(HOOKS.reaction.body);
    const given = action.reaction;
    const event = (change: object) =>
      parse({ ...rest, action: { reaction: { ...given, ...change } } })?.event;
    expect(event({ msgid: undefined })).toEqual(reaction);
    const { msgid: _, ...withoutOurs } = reaction;
    expect(event({ message: undefined })).toEqual(withoutOurs);
    expect(event({ message: undefined, msgid: undefined })).toEqual({ kind: 'unknown' });
    expect(event({ type: 'unreact', emoji: undefined })).toEqual({ ...reaction, emoji: null });
    expect(event({ emoji: '' })).toEqual({ kind: 'unknown' });
    expect(event({ type: 'love' })).toEqual({ kind: 'unknown' });
  });

  /** The text hook with another message in it. */
  function withMessage(change: object) {
    const hook = JSON.parse(HOOKS.text.body);
    hook.message.message = { ...hook.message.message, ...change };
    const event = parse(hook)?.event;
    if (event?.kind !== 'message') throw new Error('The hook was not read as a message.');
    return event.message;
  }

  test('of a list to choose from', () => {
    const list_message = {
      header: 'Days',
      body: 'Which?',
      footer: '',
      button: 'Choose',
      sections: [
        { title: 'Week', rows: [{ callback_data: 'r1', title: 'Monday', description: '' }, {}] },
      ],
    };
    expect(withMessage({ markup: { list_message } })).toMatchObject({
      list: {
        header: 'Days',
        body: 'Which?',
        button: 'Choose',
        sections: [{ title: 'Week', rows: [{ callbackData: 'r1', title: 'Monday' }] }],
      },
    });
  });

  test('of a template and what it was filled with', () => {
    const template = {
      id: 7103,
      external_id: 'welcome',
      content: 'Hi {{name}}',
      params: [{ key: '{{name}}', value: 'Ana' }],
    };
    expect(withMessage({ template }).template).toEqual({
      id: 7103,
      externalId: 'welcome',
      content: 'Hi {{name}}',
      params: [{ key: '{{name}}', value: 'Ana' }],
    });
  });

  test('of a quoted message, with its own id where it has one', () => {
    const message = {
      id: 'a38c1c1a-9a17-483d-9d5d-bd0979800b8a',
      msgid: 'tg:77:1001',
      type: 'text',
      text: 'Before',
      media: '',
      file_size: 0,
      timestamp: 1_795_773_600,
      msec_timestamp: 1_795_773_600_123,
      sender: { id: 's', name: 'Ana' },
    };
    expect(withMessage({ reply_to: { message } }).replyTo).toEqual({
      kommoMessageId: 'a38c1c1a-9a17-483d-9d5d-bd0979800b8a',
      msgid: 'tg:77:1001',
      type: 'text',
      text: 'Before',
      atMs: 1_795_773_600_123,
      senderName: 'Ana',
    });
  });

  test('of forwarded messages and the post a comment belongs to', () => {
    const forwards = {
      messages: [{ type: 'text', text: 'Old' }, 7],
      conversation_ref_id: conversation.kommoChatId,
    };
    expect(withMessage({ forwards, post: { id: 'p1' } })).toMatchObject({
      forwards: {
        messages: [{ type: 'text', text: 'Old' }],
        conversationKommoId: conversation.kommoChatId,
      },
      postId: 'p1',
    });
  });

  test.each(['voice', 'sticker', 'hologram'])('which type a message has: %s', (type) => {
    expect(withMessage({ type }).type).toBe(type);
  });

  test('nothing of what it fills in oddly, and the rest', () => {
    const message = withMessage({
      media: 7,
      file_size: -3,
      markup: { mode: 'inline', buttons: [[{ url: 'https://example.com' }], 'x'] },
      template: { content: 'no id' },
      reply_to: [],
      forwards: 'x',
      post: null,
      location: { lat: 'x', lon: 1 },
      contact: {},
    });
    expect(message).toEqual({
      kommoMessageId: '0371a0ff-b78a-4c7b-8538-a7d547e10692',
      type: 'text',
      text: 'Good morning',
      mediaUrl: '7',
    });
  });

  test('the same with its numbers as texts', () => {
    const asTexts = (body: string) =>
      JSON.stringify(JSON.parse(body), (_, value) =>
        typeof value === 'number' ? String(value) : value,
      );
    for (const { body } of Object.values(HOOKS)) expect(parse(asTexts(body))).toEqual(parse(body));
  });

  test('texts a database takes', () => {
    expect(withMessage({ text: 'a\0b' }).text).toBe('ab');
    expect(withMessage({ text: '\ud83d' }).text).toBe('\ufffd');
  });

  test('nothing of an event we do not know', () => {
    const { action: _, ...rest } = JSON.parse(HOOKS.typing.body);
    for (const given of [{}, { action: { dancing: {} } }, { action: 7 }, { message: {} }]) {
      expect(parse({ ...rest, ...given })).toEqual({
        accountAmojoId: ACCOUNT,
        atSeconds: 1_795_773_630,
        event: { kind: 'unknown' },
      });
    }
  });

  test.each(['', 'x', '{', 'null', '[]', '7', '{}', '{"account_id":"a"}', '{"time":1}'])(
    'nothing at all when it is no webhook: %s',
    (body) => {
      expect(parse(body)).toBeUndefined();
    },
  );

  test('its time by its message, if it has none itself', () => {
    const { time: _, ...rest } = JSON.parse(HOOKS.text.body);
    expect(parse(rest)?.atSeconds).toBe(1_795_773_609);
  });
});
