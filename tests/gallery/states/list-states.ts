import {
  brokenChannel,
  FIFTY,
  FOUR,
  newSettings,
  OFFLINE,
  settingsOf,
  slackChannel,
  telegramChannel,
  whatsappChannel,
} from '../channels.ts';
import type { Held } from '../fake-backend.ts';
import { expect } from '../patient-expect.ts';
import type { Screen } from '../screen.ts';
import type { GalleryState } from '../state.ts';

type Rest = Omit<GalleryState, 'name' | 'title' | 'group'>;
const list = (name: string, title: string, rest: Rest): GalleryState => ({
  name: `list-${name}`,
  group: 'list',
  title,
  ...rest,
});

const four = (): Held => ({ settings: settingsOf(FOUR) });
const only = (channel: typeof telegramChannel) => (): Held => ({ settings: settingsOf([channel]) });
const seesRow = (name: string) => (screen: Screen) => expect(screen.row(name)).toBeVisible();
const openFirst = (name: string) => async (screen: Screen) => {
  await expect(screen.row(name)).toBeVisible();
  await screen.openDetails(name);
};

const unsaved = { ...telegramChannel, is_saved: false };

export const LIST_STATES: GalleryState[] = [
  list('empty', 'No channel yet', {
    install: 'not_configured',
    holds: () => ({ settings: newSettings() }),
    seen: (screen) => screen.sees('channels.empty'),
  }),
  list('unsaved', 'One channel, connected and not saved yet', {
    install: 'not_configured',
    holds: () => ({
      settings: settingsOf([unsaved], { status: 'new', version: 0, sync: { state: 'never' } }),
    }),
    seen: (screen) => screen.sees('channels.unsaved'),
  }),
  list('saved', 'Four channels, all saved', {
    holds: four,
    seen: seesRow('Demo Support'),
  }),
  list('well', 'Three channels, nothing to do', {
    holds: () => ({ settings: settingsOf([telegramChannel, whatsappChannel, slackChannel]) }),
    seen: seesRow('Acme workspace'),
  }),
  list('details', 'The details of a channel', {
    holds: only(whatsappChannel),
    steps: openFirst('Front desk'),
    seen: (screen) => screen.sees('pipelines.hint'),
  }),
  list('menu', 'What can be done with a channel', {
    holds: four,
    steps: (screen) => screen.press('channels.more_of', { name: 'Front desk' }),
    seen: (screen) => expect(screen.get('menuitem', 'channels.delete')).toBeVisible(),
  }),
  list('no-pipeline', 'A channel without a pipeline', {
    holds: only(telegramChannel),
    steps: (screen) => screen.choosePipeline('Demo Support', 'Sales', false),
    seen: (screen) => screen.sees('problems.pipeline_required'),
  }),
  list('archived-pipeline', 'A pipeline that was archived since', {
    holds: only({ ...telegramChannel, pipeline_ids: [7003], pipeline_id: 7003 }),
    steps: openFirst('Demo Support'),
    seen: (screen) => screen.sees('problems.pipeline_archived'),
  }),
  list('changed', 'Two changes that wait for Save', {
    holds: four,
    steps: async (screen) => {
      await screen.rename('Demo Support', 'Front office');
      await screen.choosePipeline('Front office', 'Support', true);
    },
    seen: (screen) => screen.sees('save.changes', { count: 2 }),
  }),
  list('rename', 'A name that is being changed', {
    holds: four,
    steps: (screen) => screen.chooseInMenu('Demo Support', 'channels.rename'),
    seen: (screen) => expect(screen.get('textbox', 'channels.name')).toBeVisible(),
  }),
  list('rename-empty', 'An empty name is refused', {
    holds: four,
    steps: (screen) => screen.rename('Demo Support', ''),
    seen: (screen) => screen.sees('problems.name_required'),
  }),
  list('rename-taken', 'A name that another channel has', {
    holds: four,
    steps: async (screen) => {
      await screen.chooseInMenu('Demo Support', 'channels.rename');
      await screen.get('textbox', 'channels.name').fill('Front desk');
    },
    seen: (screen) => screen.sees('channels.name_taken'),
  }),
  list('restored', 'Changes from before the window was closed', {
    holds: four,
    steps: async (screen) => {
      await screen.rename('Demo Support', 'Front office');
      await screen.reopen();
    },
    seen: (screen) => screen.sees('save.restored'),
  }),
  list('reinstalled', 'Installed again: the accounts were signed out', {
    install: 'not_configured',
    holds: () => ({
      settings: newSettings({ install: { state: 'active', is_reinstall: true } }),
    }),
    seen: (screen) => screen.sees('channels.empty_again'),
  }),
  list('phone-offline', 'A phone that is offline', {
    holds: only({ ...whatsappChannel, ...OFFLINE }),
    steps: openFirst('Front desk'),
    seen: (screen) => screen.sees('status_reason.phone_offline'),
  }),
  list('action-needed', 'A channel that has to be signed in again', {
    holds: only(brokenChannel),
    steps: openFirst('Night shift'),
    seen: (screen) => screen.sees('status_reason.scan_again'),
  }),
  list('error', 'A service that reports an error', {
    holds: only({ ...telegramChannel, status: 'error', status_reason: 'service_unreachable' }),
    steps: openFirst('Demo Support'),
    seen: (screen) => screen.sees('status_reason.service_unreachable'),
  }),
  list('paused', 'A channel that is paused', {
    holds: only({ ...telegramChannel, status: 'paused' }),
    steps: openFirst('Demo Support'),
    seen: (screen) => screen.sees('status_text.paused'),
  }),
  list('connecting', 'A channel that is connecting', {
    holds: only({ ...whatsappChannel, status: 'connecting' }),
    steps: openFirst('Front desk'),
    seen: (screen) => screen.sees('status_text.connecting'),
  }),
  list('read-only', 'What people who are no administrators see', {
    holds: () => ({ settings: settingsOf(FOUR, { user: { id: 8002, is_admin: false } }) }),
    seen: (screen) => screen.sees('save.read_only'),
  }),
  list('fifty', 'Fifty channels, the limit', {
    holds: () => ({ settings: settingsOf(FIFTY) }),
    seen: seesRow('Demo Support 1'),
  }),
  list('no-match', 'A filter that no channel passes', {
    holds: () => ({ settings: settingsOf(FIFTY.slice(0, 12)) }),
    steps: (screen) => screen.get('searchbox', 'channels.filter').fill('zzz'),
    seen: (screen) => screen.sees('channels.none_match'),
  }),
  list('selecting', 'Two channels chosen, to be changed together', {
    holds: four,
    steps: async (screen) => {
      await screen.press('channels.select');
      for (const name of ['Demo Support', 'Front desk'])
        await screen.get('checkbox', 'bulk.select_of', { name }).check();
    },
    seen: (screen) => screen.sees('bulk.selected', { count: 2 }),
  }),
  list('pipelines-of-several', 'The pipelines of two channels at once', {
    holds: four,
    steps: async (screen) => {
      await screen.press('channels.select');
      for (const name of ['Demo Support', 'Front desk'])
        await screen.get('checkbox', 'bulk.select_of', { name }).check();
      await screen.press('bulk.pipelines');
    },
    seen: (screen) => screen.sees('bulk.pipelines_of', { count: 2 }),
  }),
];
