import type { StatusChange } from '../../../src/contract/api.ts';
import { makeUndelivered } from '../../widget/support/make.ts';
import { brokenChannel, FOUR, settingsOf, telegramChannel, whatsappChannel } from '../channels.ts';
import type { Held } from '../fake-backend.ts';
import { expect } from '../patient-expect.ts';
import type { Screen } from '../screen.ts';
import type { GalleryState } from '../state.ts';

const UNDELIVERED = [
  makeUndelivered({ id: 'm1', person: { name: 'Ana Souza' }, reason: 'blocked' }),
  makeUndelivered({
    id: 'm2',
    person: { name: 'Bruno Lima' },
    kind: 'picture',
    reason: 'too_large',
    can_retry: false,
    at: '2026-11-22T08:12:00.000Z',
  }),
  makeUndelivered({
    id: 'm3',
    person: { name: '' },
    direction: 'in',
    kind: 'voice',
    reason: 'kommo_refused',
    at: '2026-11-21T19:40:00.000Z',
  }),
];

const HISTORY: StatusChange[] = [
  { at: '2026-11-22T09:10:00.000Z', status: 'connected', status_reason: null },
  { at: '2026-11-22T07:30:00.000Z', status: 'phone_offline', status_reason: 'phone_offline' },
  { at: '2026-11-20T12:00:00.000Z', status: 'connected', status_reason: null },
];

type Rest = Omit<GalleryState, 'name' | 'title' | 'group'>;
const dialog = (name: string, title: string, rest: Rest): GalleryState => ({
  name,
  group: 'dialogs',
  title,
  ...rest,
});

const four =
  (change: Omit<Held, 'settings'> = {}) =>
  (): Held => ({
    settings: settingsOf(FOUR),
    ...change,
  });
const listed = { undelivered: { [brokenChannel.id]: UNDELIVERED } };
const openUndelivered = (screen: Screen) =>
  screen.row('Night shift').getByRole('button', { name: /3/ }).first().click();
const seesTitle = (screen: Screen, key: Parameters<Screen['t']>[0], name: string) =>
  expect(screen.widget.getByRole('dialog', { name: screen.t(key, { name }) })).toBeVisible();

export const DIALOG_STATES: GalleryState[] = [
  dialog('undelivered-three', 'Three messages that could not be carried', {
    holds: four(listed),
    steps: openUndelivered,
    seen: (screen) => screen.seesText('Ana Souza'),
  }),
  dialog('undelivered-none', 'Nothing undelivered any more', {
    holds: four(),
    steps: openUndelivered,
    seen: (screen) => screen.sees('undelivered.none'),
  }),
  dialog('undelivered-retried', 'Messages that are tried again', {
    holds: four(listed),
    steps: async (screen) => {
      await openUndelivered(screen);
      await screen.press('undelivered.retry_all');
    },
    seen: (screen) => screen.sees('undelivered.retried', { count: 1 }),
  }),
  dialog('undelivered-forget', 'The question before they are forgotten', {
    holds: four(listed),
    steps: async (screen) => {
      await openUndelivered(screen);
      await screen.press('undelivered.forget_all');
    },
    seen: (screen) => screen.sees('undelivered.forget_title'),
  }),
  dialog('undelivered-failed', 'The messages could not be loaded', {
    holds: four({
      refuses: {
        'GET /messenger/channels/waha-2/undelivered': { code: 'temporarily_unavailable' },
      },
    }),
    steps: openUndelivered,
    seen: (screen) => screen.sees('undelivered.load_failed'),
  }),
  dialog('delete-one', 'The question before a channel is deleted', {
    holds: four(),
    steps: (screen) => screen.chooseInMenu('Front desk', 'channels.delete'),
    seen: (screen) => seesTitle(screen, 'delete.title', 'Front desk'),
  }),
  dialog('delete-default', 'Deleting the default channel needs another one', {
    holds: four(),
    steps: (screen) => screen.chooseInMenu('Demo Support', 'channels.delete'),
    seen: (screen) => screen.sees('delete.new_default'),
  }),
  dialog('delete-several', 'The question before two channels are deleted', {
    holds: four(),
    steps: async (screen) => {
      await screen.press('channels.select');
      for (const name of ['Front desk', 'Night shift'])
        await screen.get('checkbox', 'bulk.select_of', { name }).check();
      await screen.press('bulk.delete');
    },
    seen: (screen) => screen.sees('delete_several.title', { count: 2 }),
  }),
  dialog('delete-failed', 'A channel that was not deleted', {
    holds: four({ refuses: { 'DELETE /messenger/channels': { code: 'storage_unavailable' } } }),
    steps: async (screen) => {
      await screen.chooseInMenu('Front desk', 'channels.delete');
      await screen.press('delete.confirm');
    },
    seen: (screen) => screen.sees('delete.failed'),
  }),
  dialog('test-chat', 'A test message to the chat that wrote last', {
    holds: four(),
    steps: (screen) => screen.chooseInMenu(telegramChannel.name, 'channels.test'),
    seen: (screen) => seesTitle(screen, 'test.title', telegramChannel.name),
  }),
  dialog('test-sent', 'A test message to the own number, sent', {
    holds: four({ sentTo: '+55 11 91234-5678' }),
    steps: async (screen) => {
      await screen.chooseInMenu(whatsappChannel.name, 'channels.test');
      await screen.press('test.send');
    },
    seen: (screen) => expect(screen.button('test.send_again')).toBeVisible(),
  }),
  dialog('test-failed', 'Nobody has written yet', {
    holds: four({
      refuses: { 'POST /messenger/channels/telegram-1/test': { code: 'no_test_chat' } },
    }),
    steps: async (screen) => {
      await screen.chooseInMenu(telegramChannel.name, 'channels.test');
      await screen.press('test.send');
    },
    seen: (screen) => screen.sees('test.failed'),
  }),
  dialog('history', 'How a status changed', {
    holds: four({ history: HISTORY }),
    steps: (screen) => screen.chooseInMenu('Front desk', 'channels.history'),
    seen: (screen) => screen.seesText(screen.t('status.phone_offline')),
  }),
  dialog('history-none', 'No change of status yet', {
    holds: four(),
    steps: (screen) => screen.chooseInMenu('Front desk', 'channels.history'),
    seen: (screen) => screen.sees('history.none'),
  }),
];
