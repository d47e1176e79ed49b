import type { Locator } from '@playwright/test';
import { expect, test } from './message-fixtures.ts';
import { expectAccessible } from './support/accessible.ts';
import { sampleFile } from './support/sent-files.ts';

type Look = (message: Locator) => Promise<void>;

const says =
  (...texts: string[]): Look =>
  async (message) => {
    for (const text of texts) await expect(message).toContainText(text);
  };

const picture =
  (width: number, text: string): Look =>
  async (message) => {
    await expect(message.locator('.media')).toHaveJSProperty('naturalWidth', width);
    await expect(message).toContainText(text);
  };

const video =
  (width: number, text: string): Look =>
  async (message) => {
    await expect(message.locator('video')).toHaveJSProperty('videoWidth', width);
    await expect(message).toContainText(text);
  };

const sound =
  (label: RegExp): Look =>
  async (message) => {
    await expect(message.getByLabel(label)).toHaveJSProperty('readyState', 4);
  };

/** What a client sends, and how each of the messages looks to the manager. */
const FROM_CLIENT: [act: object, ...looks: Look[]][] = [
  [{ kind: 'text', text: 'Good evening' }, says('Good evening')],
  [{ kind: 'photo', caption: 'My room' }, picture(1280, 'My room')],
  [{ kind: 'video', caption: 'Its door' }, video(320, 'Its door')],
  [{ kind: 'video_note' }, video(240, '')],
  [{ kind: 'animation', caption: 'It flickers' }, video(160, 'It flickers')],
  [
    { kind: 'document', file: { name: 'plan of it.pdf' }, caption: 'The plan' },
    async (message) => {
      await expect(message.getByRole('link', { name: /^plan of it\.pdf/ })).toBeVisible();
      await expect(message).toContainText('The plan');
    },
  ],
  [{ kind: 'voice' }, sound(/^Voice message/)],
  [{ kind: 'audio' }, sound(/^Audio: audio\.mp3/)],
  [{ kind: 'sticker' }, picture(512, '')],
  [{ kind: 'sticker', format: 'tgs', emoji: '🎉' }, says('🎉')],
  [{ kind: 'sticker', format: 'webm', emoji: '🔥' }, says('🔥')],
  [
    { kind: 'location', latitude: -34.5621, longitude: -58.4567 },
    says('-34.56210, -58.45670', 'Open the map'),
  ],
  [
    { kind: 'venue', title: 'Our café', address: 'Av. Cabildo 100' },
    says('Open the map', 'Our café', 'Av. Cabildo 100'),
  ],
  [{ kind: 'contact', phone_number: '+5511987654321' }, says('Beatriz', '+5511987654321')],
  [{ kind: 'contact', own: true }, says('Ana', '+5511999990000')],
  [
    {
      kind: 'album',
      caption: 'Both windows',
      items: [
        { kind: 'photo', file: { size: 20_001 } },
        { kind: 'photo', file: { size: 20_002 } },
      ],
    },
    picture(1280, 'Both windows'),
    picture(1280, ''),
  ],
  [
    { kind: 'poll', question: 'Which lamp?', options: ['Red', 'Blue'] },
    says('[Poll] Which lamp?', 'Red', 'Blue'),
  ],
  [{ kind: 'dice', value: 4 }, says('[Dice] 🎲 4')],
  [{ kind: 'story' }, says('[Story]')],
];

test('whatever a client sends is seen in Kommo, once and in its order', async ({
  ends: { chats, client },
  clientActs,
  account,
  stack,
}) => {
  for (const [act] of FROM_CLIENT) await clientActs('send', act);
  await chats.openChat('Ana');
  const looks = FROM_CLIENT.flatMap(([, ...look]) => look);
  await expect(client.messages).toHaveCount(looks.length);
  await expect(chats.messages).toHaveCount(looks.length);
  for (const [index, look] of looks.entries()) await look(chats.messages.nth(index));
  // Who tells the own number can be called.
  await expect(chats.lead).toContainText('+5511999990000');
  const { subdomain } = account.account;
  expect(await stack.control(`/__emulator/chats/judge?account=${subdomain}`)).toMatchObject({
    messages: { in: looks.length },
    media: { failed: 0, refused: 0, waiting: 0 },
    ...{ same_text: { count: 0 }, same_media: { count: 0 }, order_violations: { count: 0 } },
    secrets_in_media: { count: 0 },
  });
});

test('whatever a manager sends is seen by the client, once and in its order', async ({
  ends: { chats, client },
  account,
  stack,
}) => {
  await client.write('I am here');
  await chats.openChat('Ana');

  await chats.send('Welcome');
  const long = Array.from({ length: 900 }, (_, index) => `word${index}`).join(' ');
  await chats.send(long);
  await chats.attach(sampleFile('photo-800.jpg', 'lamp.jpg', 'image/jpeg'));
  await chats.send('The lamp');
  const story = Array.from({ length: 300 }, (_, index) => `detail${index}`).join(' ');
  await chats.attach(sampleFile('photo-320.jpg', 'shop.jpg', 'image/jpeg'));
  await chats.send(story);
  await chats.attach(sampleFile('video.mp4', 'how-to.mp4', 'video/mp4'));
  await chats.send('How to hang it');
  await chats.attach(
    sampleFile('document.pdf', 'prices.pdf', 'application/pdf'),
    sampleFile('document.pdf', 'terms.pdf', 'application/pdf'),
  );
  await chats.send('Two papers');
  await chats.attach(sampleFile('voice.ogg', 'answer.ogg', 'audio/ogg'));
  await chats.send('My voice');
  await chats.attach(sampleFile('audio.mp3', 'jingle.mp3', 'audio/mpeg'));
  await chats.send('Our song');
  await expect(chats.tick(chats.message('Our song'), 'Delivered')).toBeVisible();
  const { buffer } = sampleFile('sticker.webp', 'thanks.webp', 'image/webp');
  const sticker = {
    name: 'thanks.webp',
    type: 'sticker' as const,
    base64: buffer.toString('base64'),
  };
  const { subdomain } = account.account;
  const [chat] = await chatsOf(subdomain);
  await stack.emulator.chat(subdomain, { conversation_id: chat, files: [{ ...sticker }] });
  await chats.page.getByLabel('Send as').selectOption('Salesbot');
  await chats.send('We are closed at night');
  await expect(chats.message('We are closed at night')).toContainText('Salesbot');

  const looks: Look[] = [
    says('I am here'),
    says('Welcome'),
    says('word0 word1 '),
    says('word899'),
    async (message) => {
      await expect(message.getByRole('img')).toHaveJSProperty('naturalWidth', 800);
      await expect(message).toContainText('The lamp');
    },
    async (message) => {
      await expect(message.getByRole('img')).toHaveJSProperty('naturalWidth', 320);
      await expect(message).not.toContainText('detail0');
    },
    says(story),
    video(320, 'How to hang it'),
    async (message) => {
      await expect(message.getByRole('link', { name: /prices\.pdf/ })).toBeVisible();
      await expect(message).toContainText('Two papers');
    },
    async (message) => {
      await expect(message.getByRole('link', { name: /terms\.pdf/ })).toBeVisible();
    },
    async (message) => {
      await sound(/answer\.ogg/)(message);
      await expect(message).toContainText('My voice');
    },
    async (message) => {
      await sound(/jingle\.mp3/)(message);
      await expect(message).toContainText('Our song');
    },
    async (message) => {
      await expect(message.getByRole('img')).toHaveJSProperty('naturalWidth', 512);
    },
    says('We are closed at night'),
  ];
  await expect(client.messages).toHaveCount(looks.length);
  for (const [index, look] of looks.entries()) await look(client.messages.nth(index));
  const parts = await client.messages.locator('p').filter({ hasText: 'word' }).allTextContents();
  expect(parts.join(' ')).toBe(long);
  // A text in two parts is one message in Kommo, and as delivered as its last part.
  await expect(chats.tick(chats.message('word899'), 'Delivered')).toBeVisible();
  await expect(chats.tick(chats.messages.last(), 'Delivered')).toBeVisible();
  expect(await stack.control(`/__emulator/chats/judge?account=${subdomain}`)).toMatchObject({
    messages: { out: 11 },
    delivery: { delivered: 11, failed: 0 },
  });

  async function chatsOf(account_: string): Promise<string[]> {
    const feed = await stack.control(`/__emulator/chats?messages=0&account=${account_}`);
    return (feed as { chats: { id: string }[] }).chats.map(({ id }) => id);
  }
});

test('the client chooses from what the manager offers, and the choice is a text', async ({
  ends: { chats, client },
  account,
  stack,
}) => {
  stack.emulator.state.templates.push({
    ...{ id: 5, account_id: account.account.id, client_id: '', name: 'Delivery', external_id: 'd' },
    ...{ content: 'How shall we send it?', buttons: [{ text: 'By bike' }], type: 'amocrm' },
    ...{ created_at: 0, updated_at: 0, is_editable: true, attachment: null, reviews: [] },
    ...{ waba_footer: null, waba_category: null, waba_language: null, waba_examples: {} },
    ...{ waba_header: null, waba_header_type: null },
  });
  await client.press('/start');
  await chats.openChat('Ana');
  await expect(chats.message('/start')).toBeVisible();
  await chats.addButtons('Collect it\nOur shop | https://example.com/shop');
  await chats.send('How will you get it?');
  const question = client.message('How will you get it?');
  const shop = question.getByRole('link', { name: 'Our shop' });
  await expect(shop).toHaveAttribute('href', 'https://example.com/shop');
  await question.getByRole('button', { name: 'Collect it' }).click();
  const choice = chats.messages.filter({ hasText: 'Collect it' }).last();
  await expect(choice).toHaveAccessibleName(/^Ana,/);
  await expect(choice.getByRole('button', { name: /How will you get it\?/ })).toBeVisible();

  await chats.sendList({
    body: 'When may we call?',
    button: 'Days',
    rows: '# This week\nFriday | until noon\nSaturday',
  });
  const list = client.message('When may we call?');
  await expect(list.getByRole('button', { name: 'Saturday' })).toBeVisible();
  await list.getByRole('button', { name: /^Friday/ }).click();
  await expect(chats.messages.last()).toContainText('Friday');
  await expect(chats.messages.last()).toHaveAccessibleName(/^Ana,/);

  await chats.page.getByRole('button', { name: 'Templates' }).click();
  await chats.page.getByRole('menuitem', { name: 'Delivery' }).click();
  await chats.reply.press('Enter');
  await client.message('How shall we send it?').getByRole('button', { name: 'By bike' }).click();
  await expect(chats.messages.last()).toContainText('By bike');
  await expect(chats.messages.last()).toHaveAccessibleName(/^Ana,/);
});

test('quotes, reactions and corrections, and that somebody is typing, reach the other side', async ({
  ends: { chats, client },
}) => {
  const hello = await client.write('Is the blue one left?');
  await chats.openChat('Ana');
  await chats.reply.pressSequentially('It');
  await expect(client.status).toContainText('The bot is typing');
  await chats.quote(chats.message('Is the blue one left?'));
  await chats.send('It is');
  const answer = client.message('It is').last();
  await expect(answer.getByRole('blockquote')).toHaveText('Is the blue one left?');
  await expect(client.status).toHaveText('');

  await chats.react(chats.message('Is the blue one left?').first(), 'Thumbs up');
  await expect(hello.first().getByLabel('Reactions: 👍')).toBeVisible();
  await client.react(answer, '❤');
  const reaction = chats
    .message('It is')
    .last()
    .getByRole('img', { name: /❤.* Ana$/ });
  await expect(reaction).toBeVisible();
  await client.page.getByRole('button', { name: 'React with ❤', pressed: true }).click();
  await expect(reaction).toHaveCount(0);
  await chats.react(chats.message('Is the blue one left?').first(), 'Thumbs up');
  await expect(hello.first().getByLabel(/^Reactions/)).toHaveCount(0);

  await client.quote(answer, 'I take ti');
  await client.edit(client.message('I take ti'), 'I take it');
  const order = chats.messages.last();
  await expect(order).toContainText('I take it');
  await expect(order).toContainText('edited');
  await expect(order.getByRole('button', { name: /quoted message: .*It is$/ })).toBeVisible();
});

test('both ends are used with the keyboard alone', async ({ ends: { chats, client } }) => {
  await client.page.getByRole('combobox', { name: 'Client' }).focus();
  for (let tabs = 0; tabs < 3; tabs += 1) await client.page.keyboard.press('Tab');
  await expect(client.text).toBeFocused();
  await client.page.keyboard.type('With keys alone');
  await client.page.keyboard.press('Enter');
  await expect(chats.row('Ana')).toContainText('With keys alone');

  const { keyboard } = chats.page;
  await chats.page.getByRole('searchbox', { name: 'Search by name' }).focus();
  await keyboard.press('Tab');
  await expect(chats.row('Ana')).toBeFocused();
  await keyboard.press('Enter');
  await expect(chats.reply).toBeFocused();
  await keyboard.press('Shift+Tab');
  await keyboard.press('Shift+Tab');
  await keyboard.press('Shift+Tab');
  await expect(chats.message('With keys alone').first()).toBeFocused();
  await keyboard.press('Tab');
  await keyboard.press('Enter');
  await expect(chats.reply).toBeFocused();
  await keyboard.type('Here');
  await keyboard.press('Shift+Enter');
  await keyboard.type('too');
  await keyboard.press('Enter');
  await expect(client.messages.last()).toContainText('Here\ntoo');
  await expect(client.messages.last().getByRole('blockquote')).toHaveText('With keys alone');
});

test('both ends are accessible in the light and in the dark theme', async ({
  ends: { chats, client },
  clientActs,
}) => {
  for (const [act] of FROM_CLIENT) await clientActs('send', act);
  await chats.openChat('Ana');
  await chats.addButtons('Yes\nOur shop | https://example.com/shop');
  await chats.send('Anything else?');
  await expect(client.message('Anything else?')).toBeVisible();
  await client.react(client.message('Anything else?'), '👍');
  await expect(chats.message('Anything else?').getByRole('img', { name: /👍/ })).toBeVisible();
  await client.press('Block the bot');
  await expect(client.page.getByRole('button', { name: 'Unblock the bot' })).toBeVisible();
  await chats.send('Are you still there?');
  const lost = chats.message('Are you still there?');
  await expect(chats.tick(lost, 'Not delivered')).toBeVisible();
  await expect(lost).toContainText('The client has blocked this account.');
  await client.write('I do not listen');
  await expect(client.status).toHaveText('You have blocked the bot. Unblock it to write.');
  await expectAccessible(chats.page);
  await expectAccessible(client.page);
});
