import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AxeBuilder } from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { callChats, clientMessage } from '../support/emulator-client.ts';

const CHANNEL = '344a5002-f8ca-454d-af3d-396180102ac7';
const ACCOUNT = '52e591f7-c98f-4255-8495-827210138c81';
const SCOPE = `/v2/origin/custom/${CHANNEL}_${ACCOUNT}`;
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
/** One red pixel. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);

/** The parts of a webhook that are looked at here. */
interface Hook {
  message?: { source?: object; message: Record<string, unknown> };
  action?: { typing?: object; reaction?: { type: string } };
}

/** The channel's backend: takes webhooks, and serves a picture. */
class Backend {
  readonly #server: Server;
  readonly hooks: Hook[] = [];
  status = 200;

  constructor() {
    this.#server = createServer(async (incoming, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
      if (incoming.method === 'POST') {
        this.hooks.push(JSON.parse(Buffer.concat(chunks).toString('utf8')));
        response.writeHead(this.status).end();
      } else if (incoming.url === '/picture.png') {
        response.writeHead(200, { 'content-type': 'image/png' }).end(PICTURE);
      } else {
        response.writeHead(404).end();
      }
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', () => resolve()));
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** The messages it was sent, as they are inside the webhooks. */
  messages(): Record<string, unknown>[] {
    return this.hooks.flatMap(({ message }) => (message === undefined ? [] : [message.message]));
  }
}

/** The Chats page of an emulator of its own, whose channel is connected. */
class ChatsPage {
  readonly page: Page;
  readonly backend: Backend;
  readonly emulator: Emulator;
  #count = 0;

  constructor(page: Page, backend: Backend, emulator: Emulator) {
    this.page = page;
    this.backend = backend;
    this.emulator = emulator;
  }

  async open(path = '/chats/'): Promise<void> {
    await this.page.goto(`http://demo.kommo.localhost:${this.emulator.port}${path}`);
  }

  /** A client's message comes in from the channel. */
  async receive(message: string | object, payload: object = {}): Promise<void> {
    this.#count += 1;
    const now = this.emulator.world.clock.now();
    const event = clientMessage({
      timestamp: Math.floor(now / 1000),
      msec_timestamp: now,
      msgid: `m-${this.#count}`,
      message: typeof message === 'string' ? { type: 'text', text: message } : message,
      ...payload,
    });
    await this.call('', event);
  }

  async call(path: string, json: object): Promise<void> {
    const { status, text } = await callChats(this.emulator, SCOPE + path, { json });
    if (status > 204) throw new Error(`${path} answered ${status}: ${text}`);
  }

  /** The channel reports on the newest message. */
  async report(json: object): Promise<void> {
    const id = this.emulator.state.chats[0]?.messages.at(-1)?.id;
    await this.call(`/${id}/delivery_status`, json);
  }

  get reply() {
    return this.page.getByRole('textbox', { name: 'Message', exact: true });
  }

  get log() {
    return this.page.getByRole('log', { name: 'Messages' });
  }

  message(text: string) {
    return this.page.getByRole('article').filter({ hasText: text });
  }

  button(name: string) {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** Opens the page and the chat of the person who wrote. */
  async openChat(name = 'Client'): Promise<void> {
    await this.open();
    await this.page.getByRole('link', { name }).click();
    await expect(this.reply).toBeFocused();
  }

  async send(text: string): Promise<void> {
    await this.reply.fill(text);
    await this.reply.press('Enter');
    await expect(this.message(text)).toBeVisible();
  }

  async expectAccessible(): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await this.page.emulateMedia({ colorScheme });
      const { violations } = await new AxeBuilder({ page: this.page }).withTags(AXE_TAGS).analyze();
      const found = violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target }) => `${colorScheme} ${id} ${target}`),
      );
      expect(found).toEqual([]);
    }
  }
}

const test = base.extend<{ chats: ChatsPage }>({
  chats: async ({ page }, use) => {
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    const backend = new Backend();
    await backend.listen();
    const webhook = `${backend.url}/chats/:scope_id`;
    const emulator = await createEmulator({
      seed: { channels: [{ id: CHANNEL, webhook_url: webhook }] },
    });
    emulator.state.sources.push({
      ...{ id: 1, account_id: 31263018, client_id: emulator.world.integration().client_id },
      ...{ name: 'WhatsApp', external_id: 'wa', pipeline_id: 7002, default: true },
      ...{ origin_code: null, services: [], is_hidden: false },
    });
    const json = { account_id: ACCOUNT, title: 'Chat Connector', hook_api_version: 'v2' };
    await callChats(emulator, `/v2/origin/custom/${CHANNEL}/connect`, { json });
    await use(new ChatsPage(page, backend, emulator));
    await page.close();
    await emulator.close();
    backend.close();
    expect(errors).toEqual([]);
  },
});

test('a message comes in by itself, and its answer goes out and gets its ticks', async ({
  chats,
  page,
}) => {
  await chats.open();
  await expect(page.getByText('No messages yet')).toBeVisible();
  await chats.receive('Do you have lamps?', { source: { external_id: 'wa' } });
  const row = page.getByRole('link', { name: 'Client' });
  await expect(row).toContainText('Do you have lamps?');
  await expect(row).toContainText('1 unread');
  await expect(row).toContainText(/WhatsApp.*Support/);
  await row.click();
  await expect(chats.log).toContainText('Do you have lamps?');
  await expect(row).not.toContainText('unread');
  const lead = page.getByRole('complementary', { name: 'Lead' });
  await expect(lead).toContainText('Support');
  await expect(lead).toContainText('+79151112233');
  await chats.send('Yes, we do');
  await expect.poll(() => chats.backend.messages()).toMatchObject([{ text: 'Yes, we do' }]);
  const answer = chats.message('Yes, we do');
  await expect(answer.getByRole('img', { name: 'Sent' })).toBeVisible();
  await chats.report({ status_code: 1 });
  await expect(answer.getByRole('img', { name: 'Delivered' })).toBeVisible();
  await chats.report({ status_code: 2 });
  await expect(answer.getByRole('img', { name: 'Read' })).toBeVisible();
});

test('a failure shows its text, its code and what the code means', async ({ chats, page }) => {
  await chats.receive('Hello');
  await chats.openChat();
  await chats.send('Hi');
  await chats.report({ status_code: -1, error_code: 904, error: 'No such number' });
  const answer = chats.message('Hi').last();
  await expect(answer.getByRole('img', { name: 'Not delivered' })).toBeVisible();
  await expect(answer).toContainText('No such number');
  await expect(answer).toContainText('Error 904: the conversation cannot be created');
  await expect(page.getByRole('link', { name: 'Client' })).toContainText('Not delivered');
});

test('what the backend does not take is said at once', async ({ chats, page }) => {
  await chats.receive('Hello');
  chats.backend.status = 503;
  await chats.openChat();
  await chats.send('Hi there');
  await expect(page.getByText('The backend answered 503')).toBeVisible();
  await expect(chats.message('Hi there')).toContainText('Not taken by the integration');
  await chats.expectAccessible();
});

test('pictures go both ways, and one that Kommo cannot fetch says why', async ({ chats, page }) => {
  const picture = { type: 'picture', file_size: PICTURE.length };
  await chats.receive({
    ...{ ...picture, media: `${chats.backend.url}/picture.png`, file_name: 'room.png' },
  });
  await chats.receive({
    ...{ ...picture, media: `${chats.backend.url}/gone.png`, file_name: 'gone.png' },
  });
  await chats.openChat();
  const shown = page.getByRole('img', { name: 'room.png' });
  const width = () =>
    shown.evaluate((element) => (element as unknown as { naturalWidth: number }).naturalWidth);
  await expect.poll(width).toBe(1);
  await expect(chats.message('gone.png')).toContainText('Kommo could not fetch it: status 404');
  const chooser = page.waitForEvent('filechooser');
  await chats.button('Attach a file').click();
  await (await chooser).setFiles({ name: 'lamp.png', mimeType: 'image/png', buffer: PICTURE });
  await expect(page.getByText('lamp.png')).toBeVisible();
  await chats.reply.fill('This one?');
  await chats.button('Send').click();
  await expect(chats.message('This one?').getByRole('img', { name: 'lamp.png' })).toBeVisible();
  await expect.poll(() => chats.backend.messages().length).toBe(1);
  const [sent] = chats.backend.messages();
  expect(sent).toMatchObject({ type: 'picture', file_name: 'lamp.png', text: 'This one?' });
  const { pathname } = new URL(String(sent?.media));
  const file = await fetch(`${chats.emulator.url}${pathname}`, { headers: {} });
  expect(Buffer.from(await file.arrayBuffer()).equals(PICTURE)).toBe(true);
});

test('a message is quoted, the quote leads back to it, and a reaction is given and taken', async ({
  chats,
  page,
}) => {
  await chats.receive('Which colour?');
  await chats.openChat();
  const question = chats.message('Which colour?').first();
  await question.hover();
  await question.getByRole('button', { name: 'Quote' }).click();
  await expect(chats.button('Cancel quote')).toBeVisible();
  await chats.send('Black');
  await expect.poll(() => chats.backend.messages()).toHaveLength(1);
  const id = chats.emulator.state.chats[0]?.messages[0]?.id;
  expect(chats.backend.messages()[0]).toMatchObject({ reply_to: { message: { id } } });
  await page.getByRole('button', { name: /^Show the quoted message/ }).click();
  await expect(question).toBeFocused();
  await question.getByRole('button', { name: 'React' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Thumbs up' }).click();
  await expect(question.getByRole('img', { name: /Ana Admin/ })).toBeVisible();
  await question.getByRole('button', { name: 'React' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Thumbs up', checked: true }).click();
  await expect(question.getByRole('img', { name: /Ana Admin/ })).toHaveCount(0);
  await expect
    .poll(() => chats.backend.hooks.flatMap(({ action }) => action?.reaction?.type ?? []))
    .toEqual(['react', 'unreact']);
});

test('edits, reactions, silent messages and what staff wrote elsewhere are told apart', async ({
  chats,
  page,
}) => {
  await chats.receive('Helo');
  const bot = chats.emulator.state.channels[0]?.bot.id;
  await chats.receive('From my phone', {
    sender: { id: 'phone', name: 'Phone', ref_id: bot },
    receiver: { id: 'client-1', name: 'Client' },
    silent: true,
  });
  await chats.receive('Imported', { silent: true });
  await chats.openChat();
  await chats.call('', {
    event_type: 'edit_message',
    payload: { msgid: 'm-1', conversation_id: 'c-1', message: { type: 'text', text: 'Hello' } },
  });
  await expect(chats.message('Hello')).toContainText('edited');
  await expect(chats.message('From my phone')).toContainText('On own device');
  await expect(chats.message('Imported')).toContainText('Silent');
  await page.getByLabel('Send as').selectOption('Salesbot');
  await chats.send('Beep');
  await expect(chats.message('Beep')).toContainText('Salesbot');
  await chats.call('/react', {
    ...{ conversation_id: 'c-1', msgid: 'm-2', type: 'react', emoji: '🙏' },
    user: { id: 'client-1' },
  });
  await expect(
    chats.message('From my phone').getByRole('img', { name: '🙏 Client' }),
  ).toBeVisible();
  await chats.call('/typing', { conversation_id: 'c-1', sender: { id: 'client-1' } });
  await expect(page.getByText('Client is typing')).toBeVisible();
});

test('templates, inline buttons and lists go out as Kommo sends them', async ({ chats, page }) => {
  chats.emulator.state.templates.push({
    ...{ id: 5, account_id: 31263018, client_id: '', name: 'Greeting', content: 'Welcome!' },
    ...{ created_at: 0, updated_at: 0, is_editable: true, external_id: 'g', attachment: null },
    ...{ waba_footer: null, waba_category: null, waba_language: null, waba_examples: {} },
    ...{ waba_header: null, waba_header_type: null, buttons: [], reviews: [] },
    type: 'amocrm',
  });
  await chats.receive('Hello');
  await chats.openChat();
  await chats.button('Templates').click();
  await page.getByRole('menuitem', { name: 'Greeting' }).click();
  await expect(chats.reply).toHaveValue('Welcome!');
  await chats.reply.press('Enter');
  await expect(chats.message('Welcome!')).toBeVisible();
  await chats.button('More').click();
  await page.getByRole('menuitemcheckbox', { name: 'Inline buttons' }).click();
  await page.getByLabel(/^Inline buttons, one per line/).fill('Yes\nShop | https://example.com/');
  await chats.send('Still there?');
  await expect(page.getByRole('link', { name: 'Shop' })).toHaveAttribute('rel', /noopener/);
  await chats.button('More').click();
  await page.getByRole('menuitem', { name: 'List message' }).click();
  const dialog = page.getByRole('dialog', { name: 'List message' });
  await chats.expectAccessible();
  await dialog.getByLabel('Body').fill('When shall we come?');
  await dialog.getByLabel('Button text').fill('Days');
  await dialog.getByLabel('Rows').fill('# Week\nFriday | until noon\nSaturday');
  await dialog.getByRole('button', { name: 'Send list' }).click();
  await expect(chats.message('When shall we come?')).toContainText('until noon');
  await expect.poll(() => chats.backend.messages()).toHaveLength(3);
  const [greeting, buttons, list] = chats.backend.messages();
  expect(greeting).toMatchObject({ text: 'Welcome!', template: { id: 5, external_id: 'g' } });
  expect(buttons?.markup).toEqual({
    mode: 'inline',
    buttons: [[{ text: 'Yes' }], [{ text: 'Shop', url: 'https://example.com/' }]],
  });
  expect(list?.markup).toMatchObject({ list_message: { sections: [{ title: 'Week' }] } });
});

test('a chat begins with a number and a source', async ({ chats, page }) => {
  await chats.open();
  await chats.button('Write first').click();
  const dialog = page.getByRole('dialog', { name: 'Write first' });
  await dialog.getByLabel('Phone').fill('abc');
  await dialog.getByLabel('From').selectOption('WhatsApp');
  await dialog.getByLabel('First message').fill('Good morning');
  await dialog.getByRole('button', { name: 'Send' }).click();
  await expect(dialog.getByRole('alert')).toContainText('country code');
  await chats.expectAccessible();
  await dialog.getByLabel('Phone').fill('+1 202 555 0177');
  await dialog.getByRole('button', { name: 'Send' }).click();
  await expect(chats.message('Good morning')).toBeVisible();
  await expect(page.getByRole('heading', { level: 2, name: '+12025550177' })).toBeVisible();
  expect(chats.backend.hooks[0]?.message).toMatchObject({ source: { external_id: 'wa' } });
});

test('whatever a client writes stays text', async ({ chats, page }) => {
  const name = '<img src=x onerror=alert(1)>';
  const sender = { id: 'client-1', name };
  await chats.receive('<b>bold</b> https://example.com/a. javascript:alert(1)', { sender });
  await chats.receive({ type: 'contact', contact: { name: '<i>x</i>', phone: '1' } }, { sender });
  await chats.openChat(name);
  await expect(chats.log).toContainText('<b>bold</b>');
  const link = chats.log.getByRole('link', { name: 'https://example.com/a', exact: true });
  await expect(link).toHaveAttribute('rel', 'noopener noreferrer');
  await expect(chats.log.getByRole('link')).toHaveCount(1);
  await expect(chats.log.locator('b, i, img')).toHaveCount(0);
  await expect(page.getByRole('heading', { name })).toBeVisible();
});

test('the page is used with the keyboard alone', async ({ chats, page }) => {
  await chats.receive('First');
  const other = { conversation_id: 'c-2', sender: { id: 'client-2', name: 'Other' } };
  await chats.receive('Second', other);
  await chats.open();
  // Until the chats are drawn, Tab leads past their list.
  await expect(page.getByRole('link', { name: 'Other' })).toBeVisible();
  await page.getByRole('searchbox', { name: 'Search by name' }).focus();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Other' })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(chats.reply).toBeFocused();
  await page.keyboard.type('One');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('Two');
  await page.keyboard.press('Enter');
  await expect(chats.message('One')).toBeVisible();
  await expect.poll(() => chats.backend.messages()).toMatchObject([{ text: 'One\nTwo' }]);
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+Tab');
  await expect(chats.message('One')).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(chats.message('First')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(chats.message('First').getByRole('button', { name: 'Quote' })).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(chats.message('First').getByRole('button', { name: 'React' })).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Escape');
  await expect(chats.message('First').getByRole('button', { name: 'React' })).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(chats.message('First').getByRole('img', { name: /Ana Admin/ })).toBeVisible();
});

test('a new message takes neither the place nor the focus nor what was typed', async ({
  chats,
  page,
}) => {
  for (let number = 1; number <= 30; number += 1) await chats.receive(`Line ${number} of many`);
  await chats.openChat();
  await expect(chats.message('Line 30 of many')).toBeInViewport();
  await chats.receive('At the end');
  await expect(chats.message('At the end')).toBeInViewport();
  await chats.reply.fill('half a tho');
  await chats.message('At the end').focus();
  await page.keyboard.press('Home');
  await expect(chats.message('Line 1 of many')).toBeInViewport();
  await chats.receive('Not followed');
  await expect(chats.button('New messages')).toBeVisible();
  await expect(chats.message('Not followed')).not.toBeInViewport();
  await expect(chats.message('Line 1 of many')).toBeFocused();
  await expect(chats.reply).toHaveValue('half a tho');
  await chats.button('New messages').click();
  await expect(chats.message('Not followed')).toBeInViewport();
});

test('a chat of 500 messages shows its last hundred, and earlier ones when asked', async ({
  chats,
  page,
}) => {
  for (let number = 1; number <= 500; number += 1) await chats.receive(`Number ${number}.`);
  await chats.openChat();
  await expect(page.getByRole('article')).toHaveCount(100);
  await expect(chats.message('Number 500.')).toBeInViewport();
  await chats.button('Earlier messages (400)').click();
  await expect(page.getByRole('article')).toHaveCount(200);
  await expect(chats.message('Number 301.')).toBeVisible();
});

test('typing is told, at most once in five seconds, unless it is switched off', async ({
  chats,
  page,
}) => {
  await chats.receive('Hello');
  await chats.openChat();
  const typings = () => chats.backend.hooks.filter(({ action }) => action?.typing !== undefined);
  await chats.reply.pressSequentially('Good morning');
  await expect.poll(() => typings().length).toBe(1);
  await chats.send('Done');
  await chats.button('More').click();
  await page
    .getByRole('menuitemcheckbox', { name: 'Tell that I am typing', checked: true })
    .click();
  await chats.reply.pressSequentially('More');
  await chats.send('The end');
  await expect.poll(() => chats.backend.messages()).toHaveLength(2);
  expect(typings()).toHaveLength(1);
});

for (const width of [360, 768, 1920]) {
  test(`it fits a window of ${width} pixels, accessible in both themes`, async ({
    chats,
    page,
  }) => {
    await page.setViewportSize({ width, height: 720 });
    await chats.receive(`A${'a'.repeat(200)} https://example.com/${'b'.repeat(200)}`);
    await chats.openChat();
    await chats.send('Answer');
    await chats.report({ status_code: -1, error_code: 905, error: `No ${'x'.repeat(300)}` });
    await expect(chats.message('Answer')).toContainText('Error 905');
    await chats.expectAccessible();
    const overflow = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(overflow).toBe(0);
    if (width > 760) return;
    await chats.button('Lead card').click();
    await expect(page.getByRole('complementary', { name: 'Lead' })).toBeVisible();
    await chats.expectAccessible();
    await chats.button('All chats').click();
    await expect(page.getByRole('link', { name: 'Client' })).toBeVisible();
    await chats.expectAccessible();
  });
}
