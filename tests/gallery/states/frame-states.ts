import { makeTemplate } from '../../widget/support/make.ts';
import { newSettings, settingsOf, telegramChannel } from '../channels.ts';
import type { Held } from '../fake-backend.ts';
import { expect } from '../patient-expect.ts';
import type { Screen } from '../screen.ts';
import type { GalleryState } from '../state.ts';

type Rest = Omit<GalleryState, 'name' | 'title' | 'group'>;
const frame = (name: string, title: string, rest: Rest): GalleryState => ({
  name,
  group: 'frame',
  title,
  ...rest,
});

const CONSENT = 'https://www.kommo.com/oauth?client_id=gallery';
const one =
  (change: Omit<Held, 'settings'> = {}, settings = {}) =>
  (): Held => ({
    settings: settingsOf([telegramChannel], settings),
    ...change,
  });
const TEMPLATES = [
  makeTemplate(),
  makeTemplate({
    id: 2,
    name: 'Opening hours',
    content: 'We are here from 9 to 18.',
    review_status: 'review',
    is_on_review: true,
  }),
];
const saveChange = async (screen: Screen) => {
  await screen.rename('Demo Support', 'Front office');
  await screen.save.click();
};

export const FRAME_STATES: GalleryState[] = [
  frame('templates', 'Two templates', {
    holds: one({}, { templates: TEMPLATES }),
    seen: (screen) => screen.seesText('Opening hours'),
  }),
  frame('template-form', 'The form for a template', {
    holds: one(),
    steps: (screen) => screen.press('templates.add'),
    seen: (screen) => expect(screen.get('textbox', 'templates.name')).toBeVisible(),
  }),
  frame('template-empty', 'The form without a text', {
    holds: one(),
    steps: async (screen) => {
      await screen.press('templates.add');
      await screen.press('templates.create');
    },
    seen: (screen) => screen.sees('templates.required'),
  }),
  frame('template-failed', 'A template that Kommo did not take', {
    holds: one({ refuses: { 'POST /messenger/templates': { code: 'kommo_unavailable' } } }),
    steps: async (screen) => {
      await screen.press('templates.add');
      await screen.fill('templates.name', 'Greeting');
      await screen.get('textbox', 'templates.content').fill('Hello!');
      await screen.press('templates.create');
    },
    seen: (screen) => screen.sees('templates.failed'),
  }),
  frame('preference', 'A language of one’s own', {
    holds: one(),
    steps: (screen) => screen.get('radio', 'preferences.other_language').first().check(),
    seen: (screen) => expect(screen.get('combobox', 'preferences.fixed_language')).toBeVisible(),
  }),
  frame('preferences-new', 'Language and country before the first save', {
    install: 'not_configured',
    holds: () => ({
      settings: settingsOf([{ ...telegramChannel, is_saved: false }], {
        status: 'new',
        version: 0,
        sync: { state: 'never' },
      }),
    }),
    seen: (screen) => screen.sees('preferences.country'),
  }),
  frame('saved', 'Just saved', {
    holds: one(),
    steps: saveChange,
    seen: (screen) => screen.sees('save.saved'),
  }),
  frame('saving', 'The settings are being saved', {
    holds: one({ refuses: { 'PUT /messenger/settings': 'silent' } }),
    steps: saveChange,
    seen: (screen) => screen.sees('save.saving'),
  }),
  frame('conflict', 'Somebody else saved first', {
    holds: one({ refuses: { 'PUT /messenger/settings': { code: 'version_conflict' } } }),
    steps: async (screen) => {
      await screen.rename('Demo Support', 'Front office');
      const theirs = { ...telegramChannel, name: 'Help desk' };
      screen.backend.settings = settingsOf([theirs], { version: 8 });
      await screen.save.click();
    },
    seen: (screen) => screen.sees('conflict.title'),
  }),
  frame('field-refused', 'The server refuses a name', {
    holds: one({
      refuses: {
        'PUT /messenger/settings': {
          code: 'validation_failed',
          fields: [{ path: 'channels.0.name', code: 'invalid' }],
        },
      },
    }),
    steps: saveChange,
    seen: (screen) => screen.seesText(screen.t('problems.refused_name')),
  }),
  frame('save-unavailable', 'The server cannot store anything', {
    holds: one({ refuses: { 'PUT /messenger/settings': { code: 'storage_unavailable' } } }),
    steps: saveChange,
    seen: (screen) => screen.sees('save.failed'),
  }),
  frame('dead-grant', 'Kommo has taken its permission back', {
    holds: one({
      refuses: {
        'PUT /messenger/settings': { code: 'kommo_reauthorize', reauthorizeUrl: CONSENT },
      },
    }),
    steps: saveChange,
    seen: (screen) => expect(screen.button('install.button')).toBeVisible(),
  }),
  frame('no-rights', 'Access was given by somebody without rights', {
    holds: one(
      {},
      {
        install: {
          state: 'authorization_required',
          reason: 'rights_missing',
          authorize_url: CONSENT,
          ends_at: '2026-12-20T09:00:00.000Z',
        },
      },
    ),
    seen: (screen) => screen.sees('install.no_rights'),
  }),
  frame('authorize', 'No access to Kommo yet', {
    install: 'not_configured',
    holds: () => ({
      settings: newSettings({
        install: { state: 'authorization_required', authorize_url: CONSENT },
      }),
    }),
    seen: (screen) => screen.sees('install.authorize'),
  }),
  frame('ask-admin', 'An administrator has to give access', {
    install: 'not_configured',
    holds: () => ({
      settings: newSettings({
        install: { state: 'authorization_required' },
        user: { id: 8002, is_admin: false },
      }),
    }),
    seen: (screen) => screen.sees('install.ask_admin'),
  }),
  frame('authorizing', 'Kommo is confirming the access', {
    install: 'not_configured',
    holds: () => ({
      settings: newSettings({ install: { state: 'authorizing', authorize_url: CONSENT } }),
    }),
    seen: (screen) => screen.sees('install.authorizing'),
  }),
  frame('not-installed', 'Not installed', {
    install: 'install',
    holds: () => ({ settings: newSettings() }),
    seen: (screen) => screen.sees('install.not_installed'),
  }),
  frame('sync-running', 'The lead sources are being made', {
    holds: one({}, { sync: { state: 'running' } }),
    seen: (screen) => screen.sees('sync.running'),
  }),
  frame('sync-failed', 'The lead sources could not be made', {
    holds: one(
      {},
      {
        sync: {
          state: 'failed',
          error_code: 'kommo_forbidden',
          finished_at: '2026-11-22T09:50:00.000Z',
        },
      },
    ),
    seen: (screen) => screen.sees('sync.failed'),
  }),
  frame('loading', 'The settings are on their way', {
    holds: () => ({ refuses: { 'GET /messenger/settings': 'silent' } }),
    seen: (screen) => expect(screen.widget.getByText(screen.t('app.loading'))).toBeAttached(),
  }),
  frame('load-failed', 'The settings could not be loaded', {
    holds: () => ({ refuses: { 'GET /messenger/settings': { code: 'storage_unavailable' } } }),
    seen: (screen) => screen.sees('app.load_failed'),
  }),
  frame('session-ended', 'The Kommo session has ended', {
    holds: () => ({ refuses: { 'GET /messenger/settings': { code: 'unauthorized' } } }),
    seen: (screen) => expect(screen.widget.getByRole('alert')).toBeVisible(),
  }),
  frame('part-failed', 'A part of the screen could not be fetched', {
    holds: one(),
    steps: async (screen) => {
      await screen.page.route('**/connect.js*', (route) => route.abort(), { times: 1 });
      await screen.press('channels.add');
    },
    seen: (screen) => screen.sees('app.part_failed'),
  }),
];
