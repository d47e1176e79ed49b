import { expect, test } from './fixtures.ts';
import { ChatsPage } from './support/chats-page.ts';
import { finishConnecting, openSignIn } from './support/connecting.ts';
import { collectErrors } from './support/page-errors.ts';
import { sampleFile } from './support/sent-files.ts';
import { SlackMemberPage } from './support/slack-member-page.ts';

const CHANNEL = 'Demo Workspace';

test('a member of a workspace and a manager talk', async ({ settings, stack, page }) => {
  const memberTab = await page.context().newPage();
  const managerTab = await page.context().newPage();
  const errors: string[] = [];
  for (const tab of [memberTab, managerTab]) collectErrors(tab, errors);
  const member = new SlackMemberPage(memberTab, stack.emulator.url);
  const chats = ChatsPage.of(managerTab, { subdomain: 'demo', port: stack.emulator.port });

  await test.step('the administrator installs the app and saves', async () => {
    await settings.openInstalled();
    await settings.chooseService('Slack');
    const signIn = await openSignIn(settings, 'Slack');
    await expect(signIn.getByRole('button', { name: 'Allow' })).toBeVisible();
    await signIn.getByRole('button', { name: 'Allow' }).click();
    await finishConnecting(settings);
    await settings.choosePipelines(CHANNEL, ['Support']);
    await settings.save();
    await expect(settings.sync.getByText('In sync')).toBeVisible();
  });

  await test.step('a member writes, and there are a chat and a lead', async () => {
    await member.open();
    await chats.open();
    await member.write('Do you have <blue> lamps? 👀');
    await chats.openChat('Ada');
    await expect(chats.message('Do you have <blue> lamps? 👀')).toBeVisible();
    await expect(chats.lead).toContainText('Support');
    await expect(chats.lead).toContainText(CHANNEL);
  });

  await test.step('the manager answers in the thread of a question', async () => {
    await chats.quote(chats.message('Do you have <blue> lamps?'));
    await chats.send('Yes & which one?');
    await expect(member.message('Yes & which one?').locator('blockquote')).toContainText('<blue>');
    await expect(chats.tick(chats.message('Yes & which one?'), 'Delivered')).toBeVisible();
  });

  await test.step('pictures and clips go both ways', async () => {
    await member.sendPicture(sampleFile('photo-320.jpg', 'room.jpg', 'image/jpeg'));
    await expect(chats.messages.getByRole('img', { name: /room/ }).first()).toHaveJSProperty(
      'naturalWidth',
      320,
    );
    await member.press('Audio clip');
    await expect(chats.messages.locator('audio')).toHaveCount(1);
    await chats.attach(sampleFile('photo-800.jpg', 'lamp.jpg', 'image/jpeg'));
    await chats.send('This one?');
    await expect(member.message('This one?').getByRole('img')).toHaveJSProperty(
      'naturalWidth',
      800,
    );
  });

  await test.step('what the member changes and thinks of it shows in Kommo', async () => {
    const question = await member.write('Is it expensive?');
    await expect(chats.message('Is it expensive?')).toBeVisible();
    await member.pressMore(question, 'Edit');
    await member.text.fill('Is it cheap?');
    await member.text.press('Enter');
    await expect(chats.message('Is it cheap?')).toBeVisible();
    await member.pressMore(member.message('This one?'), 'React with 👍');
    await expect(chats.message('This one?')).toContainText('👍');
  });

  const clean = { duplicates: [], answered_echoes: [], secrets_seen: [], replies_to_replies: [] };
  expect(await stack.control('/__emulator/services/slack/judge')).toMatchObject(clean);
  expect(errors).toEqual([]);
});
