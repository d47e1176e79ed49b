import type { Page } from '@playwright/test';
import type { Message } from '../../src/emulator/kommo/chat-entities.ts';
import { test as base, expect } from './fixtures.ts';
import { expectAccessible } from './support/accessible.ts';
import { ChatsPage } from './support/chats-page.ts';
import { asShown, finishConnecting, showCode } from './support/connecting.ts';
import { keepPicture } from './support/keep-picture.ts';
import { collectErrors } from './support/page-errors.ts';
import { PhonesPage } from './support/phones-page.ts';
import { sampleFile } from './support/sent-files.ts';
import { Stack } from './support/stack.ts';

const ACCOUNT = 'demo';
/** Of the number that the page scans with at first. */
const CHANNEL = 'Ana Support';
const BEATRIZ = '5511955550101';
const GROUP = '120363042000000001@g.us';

interface Server {
  service: 'waha' | 'evolution';
  title: string;
  /** What its double finds when nothing was done that WhatsApp would take amiss. */
  clean: Record<string, unknown>;
}

const SERVERS: Server[] = [
  {
    service: 'waha',
    title: 'WhatsApp (WAHA server)',
    clean: { faults: [], open_deliveries: 0, sessions: [{ sent_twice: [], too_fast: [] }] },
  },
  {
    service: 'evolution',
    title: 'WhatsApp (Evolution API server)',
    clean: { duplicates: [], secrets_seen: [], answered_unseen: [] },
  },
];

const test = base.extend({
  stack: async ({ groundwork }, use, { status, expectedStatus, attach }) => {
    // A human pace takes its time; one that is too fast would not show that there is a pace at all.
    const pace = '0.2';
    const stack = await Stack.start(groundwork, undefined, {
      WAHA_SECONDS_BETWEEN_MESSAGES: pace,
      EVOLUTION_SECONDS_BETWEEN_MESSAGES: pace,
    });
    await use(stack);
    if (status !== expectedStatus) await attach('backend.log', { body: stack.backendLog });
    await stack.stop();
  },
});

// Each has a stack of its own, and much of the time both wait.
test.describe.configure({ mode: 'parallel' });

for (const { service, title, clean } of SERVERS) {
  test(`${service}: a client and a manager talk`, async ({ settings, stack, page }) => {
    test.slow();
    const { emulator } = stack;
    const errors: string[] = [];
    const newTab = async (): Promise<Page> => {
      const tab = await page.context().newPage();
      collectErrors(tab, errors);
      return tab;
    };
    const phones = new PhonesPage(await newTab(), emulator.url);
    const { client, business } = phones;
    const chats = ChatsPage.of(await newTab(), { subdomain: ACCOUNT, port: emulator.port });
    const row = settings.channel(CHANNEL);
    const onWhatsApp = (act: string, given: object) =>
      stack.control(`/__emulator/services/whatsapp/${act}`, { client: BEATRIZ, ...given });
    const become = (change: object) =>
      onWhatsApp('client', { client: { phone: BEATRIZ, ...change } });
    const inKommo = (): Message[] => emulator.state.chats.flatMap(({ messages }) => messages);
    const saying = (text: string) => inKommo().filter(({ message }) => message.text === text);
    const scan = async () => {
      await showCode(settings);
      await phones.scan();
      await finishConnecting(settings);
      await expect(row).toContainText(asShown('5511987654321'));
    };

    await test.step('the administrator scans the code and chooses a pipeline', async () => {
      await phones.open();
      await expect(phones.devices).toContainText('add a WhatsApp channel');
      await expectAccessible(phones.page);
      await settings.openInstalled();
      await settings.chooseService(title);
      await keepPicture(settings.widget, `${service}-before`);
      await showCode(settings);
      await keepPicture(settings.widget, `${service}-code`);
      await phones.scan();
      await expect(settings.widget.getByRole('button', { name: 'Continue' })).toBeVisible();
      await keepPicture(settings.widget, `${service}-connected`);
      await finishConnecting(settings);
      await expect(row).toContainText(asShown('5511987654321'));
      await settings.choosePipelines(CHANNEL, ['Support']);
      await keepPicture(row, `${service}-channel`);
      await settings.save();
      await expect(settings.sync.getByText('In sync')).toBeVisible();
      await expect(row).toContainText('No message yet.');
    });

    await test.step('a client writes, and there are a chat and a lead', async () => {
      await chats.open();
      await client.write('Do you have <blue> lamps? 👀');
      await chats.openChat('Beatriz');
      await expect(chats.message('Do you have <blue> lamps? 👀')).toBeVisible();
      for (const text of ['Support', CHANNEL, `+${BEATRIZ}`]) {
        await expect(chats.lead).toContainText(text);
      }
    });

    await test.step('whatever the client sends is seen in Kommo, in its order', async () => {
      await client.sendPicture(sampleFile('photo-320.jpg', 'room.jpg', 'image/jpeg'), 'My room');
      await expect(client.message('My room')).toBeVisible();
      await expect(chats.messages).toHaveCount(2);
      await client.sendFile(sampleFile('document.pdf', 'plan.pdf', 'application/pdf'));
      await expect(client.message('plan.pdf')).toBeVisible();
      await expect(chats.messages).toHaveCount(3);
      const kinds = ['Voice', 'Video', 'Sticker', 'Location', 'Contact', 'Poll'];
      for (const [index, kind] of kinds.entries()) {
        await client.press(kind);
        // Evolution tells of messages side by side: those of one moment have no order.
        await expect(chats.messages).toHaveCount(4 + index);
      }
      const [, photo, plan, voice, video, sticker, place, card, poll] = await chats.messages.all();
      if (!photo || !plan || !voice || !video || !sticker || !place || !card || !poll) throw errors;
      await expect(photo.locator('.media')).toHaveJSProperty('naturalWidth', 320);
      await expect(photo).toContainText('My room');
      await expect(plan.getByRole('link', { name: 'plan.pdf' })).toBeVisible();
      await expect(voice.getByLabel(/^Voice message/)).toHaveJSProperty('readyState', 4);
      await expect(video.locator('video')).toHaveJSProperty('videoWidth', 320);
      await expect(sticker.locator('.media_sticker')).toHaveJSProperty('naturalWidth', 512);
      await expect(place).toContainText('-23.56140, -46.65590');
      await expect(card).toContainText('Beatriz Lima');
      await expect(card).toContainText('+5511987650000');
      await expect(poll).toContainText('[Poll] Shall we?');
    });

    await test.step('whatever the manager sends is seen on the phone', async () => {
      const hello = await chats.send('Yes, which one?');
      await expect(chats.tick(hello, 'Delivered')).toBeVisible();
      // Who answers has read what there was.
      await expect(client.message('Do you have')).toContainText('✓✓ read');
      await chats.attach(sampleFile('photo-800.jpg', 'lamp.jpg', 'image/jpeg'));
      await chats.send('This one?');
      const picture = client.message('This one?').getByRole('img');
      await expect(picture).toHaveJSProperty('naturalWidth', 800);
      await chats.attach(sampleFile('document.pdf', 'prices.pdf', 'application/pdf'));
      await chats.send('Our prices');
      const prices = client.message('Our prices').getByRole('link', { name: /prices\.pdf/ });
      await expect(prices).toBeVisible();
      await chats.attach(sampleFile('video.mp4', 'how-to.mp4', 'video/mp4'));
      await chats.send('How to hang it');
      const howTo = client.message('How to hang it').locator('video');
      await expect(howTo).toHaveJSProperty('videoWidth', 320);
      const [chat] = emulator.state.chats;
      for (const [type, sample] of [
        ['voice', 'voice.ogg'],
        ['sticker', 'sticker.webp'],
      ] as const) {
        const { name, buffer } = sampleFile(sample, sample, '');
        const files = [{ name, type, base64: buffer.toString('base64') }];
        await emulator.chat(ACCOUNT, { conversation_id: chat?.id, files });
      }
      await expect(client.messages.nth(-2).locator('audio')).toHaveJSProperty('error', null);
      await expect(client.messages.nth(-1).locator('img')).toHaveJSProperty('naturalWidth', 512);
      await chats.addButtons('Collect it\nOur shop | https://example.com/shop');
      await chats.send('How will you get it?');
      await expect(client.message('How will you get it?')).toContainText(
        '1. Collect it\nOur shop: https://example.com/shop',
      );
    });

    await test.step('the ticks rise as the client gets the phone out and reads', async () => {
      await become({ is_offline: true });
      const message = await chats.send('Are you on your way?');
      await expect(business.message('Are you on your way?')).toContainText('✓ sent');
      await expect(chats.tick(message, 'Sent')).toBeVisible();
      await become({ is_offline: false });
      await expect(chats.tick(message, 'Delivered')).toBeVisible();
      await client.press('Mark as read');
      await expect(chats.tick(message, 'Read')).toBeVisible();
    });

    await test.step('both see that the other one is typing', async () => {
      await chats.reply.pressSequentially('It');
      await expect(client.region.getByText('typing…')).toBeVisible();
      await client.text.fill('I');
      await expect(chats.page.getByText('Beatriz is typing…')).toBeVisible();
    });

    await test.step('both quote and react; the client corrects himself and takes back', async () => {
      const question = await client.quote(client.message('This one?'), 'That one, in blak');
      const inChats = chats.message('That one, in blak');
      await expect(
        inChats.getByRole('button', { name: /quoted message.*This one\?/ }),
      ).toBeVisible();
      await client.edit(question, 'That one, in black');
      // The answer quotes it, and says the same.
      const choice = chats.message('That one, in black').first();
      await expect(choice).toContainText('edited');
      await chats.quote(choice);
      await chats.send('A good choice');
      const answer = client.message('A good choice');
      await expect(answer.locator('blockquote')).toHaveText('That one, in black');
      await chats.react(choice, 'Thumbs up');
      const reactions = client.message('That one, in black').first().getByLabel('Reactions: 👍');
      await expect(reactions).toBeVisible();
      await chats.react(choice, 'Thumbs up');
      await expect(reactions).toHaveCount(0);
      await client.react(answer, '❤️');
      const heart = chats.message('A good choice').getByRole('img', { name: /❤.* Beatriz$/ });
      await expect(heart).toBeVisible();
      await client.react(answer, '❤️');
      await expect(heart).toHaveCount(0);
      const secret = await client.write('My code is 1234');
      await expect(chats.message('My code is 1234')).toBeVisible();
      await client.remove(secret);
      await expect(chats.message('(deleted by the client)')).toBeVisible();
      await expect(chats.message('My code is 1234')).toHaveCount(0);
      // The same for both services.
      await keepPicture(chats.page, 'whatsapp-chat', { width: 960, height: 600 });
    });

    await test.step('what staff write on the phone is in Kommo, until nobody wants it there', async () => {
      await business.write('I called you');
      await expect(chats.message('I called you')).toContainText('On own device');
      await settings.page.reload();
      await settings.openDetails(CHANNEL);
      await row.getByLabel('What staff write on the phone').selectOption({ label: 'Ignore' });
      await settings.save();
      await business.write('Between us');
      await client.write('I saw it');
      await expect(chats.message('I saw it')).toBeVisible();
      expect(saying('I called you')).toMatchObject([{ is_silent: true, origin: 'channel' }]);
      expect(saying('Between us')).toEqual([]);
    });

    await test.step('nobody is reached at a number that is not on WhatsApp', async () => {
      await onWhatsApp('absent', { phone: '5511944440000' });
      await writeFirst(chats, '+5511944440000', 'Are you there?');
      const lost = chats.message('Are you there?');
      await expect(chats.tick(lost, 'Not delivered')).toBeVisible();
      await expect(lost).toContainText('Error 904');
      await expect(lost).toContainText('the number is not registered with the service');
      await onWhatsApp('client', { client: { phone: '5511955550102', name: 'Rui' } });
      await writeFirst(chats, '+5511955550102', 'Your lamp is here');
      const first = chats.message('Your lamp is here');
      await expect(chats.tick(first, 'Delivered')).toBeVisible();
      await onWhatsApp('send', { client: '5511955550102', text: 'I come at five' });
      await expect(chats.message('I come at five')).toBeVisible();
      await expect(first).toBeVisible();
    });

    await test.step('a client stays one, whatever WhatsApp calls her', async () => {
      await chats.openChat('Beatriz');
      for (const [addressing, text] of [
        ['lid', 'By both of my ids'],
        ['hidden', 'By the hidden one'],
        ['twins', 'Twice'],
      ]) {
        await become({ addressing });
        await onWhatsApp('send', { text });
        await expect(chats.message(String(text))).toBeVisible();
      }
      await become({ addressing: 'phone' });
      expect(emulator.state.chats.filter(({ user }) => user.name === 'Beatriz')).toHaveLength(1);
      const onPhone = chats.message('Twice');
      await expect(onPhone).toHaveCount(1);
    });

    await test.step('groups are ignored as long as nobody wants them in Kommo', async () => {
      await onWhatsApp('group', { id: GROUP, name: 'Friends of tea', members: [BEATRIZ] });
      await onWhatsApp('send', { chat: GROUP, text: 'Only among us' });
      await client.write('A word to you alone');
      await expect(chats.message('A word to you alone')).toBeVisible();
      expect(saying('Beatriz: Only among us')).toEqual([]);
    });

    await test.step('signed out at the phone, the channel says so, and messages wait', async () => {
      await phones.removeDevice();
      await settings.page.reload();
      await expect(row.getByRole('button', { name: 'Scan again' })).toBeVisible();
      await expect(row).toContainText('The phone unlinked this device.');
      await keepPicture(row, `${service}-signed-out`);
      await chats.send('Are you coming today?');
      await settings.page.reload();
      await expect(row).toContainText('1 on its way.');
      await row.getByRole('button', { name: 'Scan again' }).click();
      await scan();
      await expect(row).toContainText('Connected');
    });

    await test.step('after the new sign-in all goes on, and what waited arrives once', async () => {
      await settings.openDetails(CHANNEL);
      await row.getByLabel('Group chats').selectOption({ label: 'Show in Kommo' });
      await settings.save();
      const waited = chats.message('Are you coming today?');
      await expect(chats.tick(waited, 'Delivered')).toBeVisible({ timeout: 40_000 });
      await expect(client.message('Are you coming today?')).toHaveCount(1);
      await onWhatsApp('send', { chat: GROUP, text: 'Who has green tea?' });
      await chats.openChat('Friends of tea');
      await expect(chats.message('Beatriz: Who has green tea?')).toBeVisible();
      await settings.page.reload();
      await settings.openDetails(CHANNEL);
      await expect(row).toContainText(/Last message received .*, sent .*\./);
      await expect(row).not.toContainText('on its way');
    });

    await test.step('both pages are accessible in both themes', async () => {
      await expectAccessible(phones.page);
      await expectAccessible(chats.page);
    });

    expect(await stack.control(`/__emulator/chats/judge?account=${ACCOUNT}`)).toMatchObject({
      messages: { imported: 1 },
      delivery: { failed: 1 },
      hooks_not_accepted: 0,
      ...{ same_text: { count: 0 }, same_media: { count: 0 }, order_violations: { count: 0 } },
      ...{ statuses_back: { count: 0 }, secrets_in_media: { count: 0 } },
      media: { failed: 0, refused: 0, waiting: 0 },
    });
    const verdict = (await stack.control(`/__emulator/services/${service}/judge`)) as {
      troubled?: { state: string }[];
    };
    expect(verdict).toMatchObject(clean);
    // A status that overtakes the answer to its message is asked for again.
    expect((verdict.troubled ?? []).filter(({ state }) => state !== 'taken')).toEqual([]);
    const warnings = emulator.log().filter(({ kind }) => kind === 'warning');
    // So does WAHA's double, which says so.
    expect(warnings.filter(({ name }) => name !== 'waha webhook')).toEqual([]);
    expect(errors).toEqual([]);
  });
}

/** Begins a chat in Kommo with a number that has not written. */
async function writeFirst({ page }: ChatsPage, phone: string, text: string): Promise<void> {
  await page.getByRole('button', { name: 'Write first' }).click();
  const dialog = page.getByRole('dialog', { name: 'Write first' });
  await dialog.getByLabel('Phone').fill(phone);
  await dialog.getByLabel('First message').fill(text);
  await dialog.getByRole('button', { name: 'Send' }).click();
  await expect(dialog).toBeHidden();
}
