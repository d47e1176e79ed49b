import { attemptAt, FOUR, settingsOf, telegramChannel } from '../channels.ts';
import type { Held } from '../fake-backend.ts';
import { expect } from '../patient-expect.ts';
import type { Screen } from '../screen.ts';
import type { GalleryState } from '../state.ts';

type Rest = Omit<GalleryState, 'name' | 'title' | 'group'>;
const key = (name: string, title: string, rest: Rest): GalleryState => ({
  name: `key-${name}`,
  group: 'key',
  title,
  ...rest,
});

const TOKEN = '7000000002:AAEmulatedBotTokenSales0000000000002';
const account = { external_id: '7000000002', name: 'Demo Sales', handle: '@demo_sales_bot' };
const attempt = attemptAt('telegram');
const confirm = attemptAt('telegram', { state: 'confirm', account });

const holds =
  (found: Held['found'], change: Partial<Held> = {}) =>
  (): Held => ({
    settings: settingsOf(FOUR),
    attempt,
    found,
    ...change,
  });

async function submit(screen: Screen): Promise<void> {
  await screen.choose('connectors.telegram.title');
  await submitToken(screen);
}

async function submitToken(screen: Screen): Promise<void> {
  await screen.fill('connectors.telegram.fields.token', TOKEN);
  await screen.press('key.connect');
}

export const KEY_STATES: GalleryState[] = [
  {
    name: 'services',
    group: 'services',
    title: 'The list of services',
    holds: holds(undefined),
    steps: (screen) => screen.press('channels.add'),
    seen: (screen) => screen.seesHeading('services.title'),
  },
  {
    name: 'services-none',
    group: 'services',
    title: 'The operator has set up no service',
    holds: () => ({ settings: settingsOf(FOUR, { connectors: [] }) }),
    steps: (screen) => screen.press('channels.add'),
    seen: (screen) => screen.sees('services.none'),
  },
  key('form', 'The form for a key', {
    holds: holds(undefined),
    steps: (screen) => screen.choose('connectors.telegram.title'),
    seen: (screen) => expect(screen.button('key.connect')).toBeVisible(),
  }),
  key('empty', 'The form sent without a key', {
    holds: holds(undefined),
    steps: async (screen) => {
      await screen.choose('connectors.telegram.title');
      await screen.press('key.connect');
    },
    seen: (screen) => screen.sees('key.required'),
  }),
  key('own-service', 'The form of an own service', {
    holds: holds(undefined),
    steps: (screen) => screen.choose('connectors.api.title'),
    seen: (screen) => expect(screen.get('textbox', 'connectors.api.fields.name')).toBeVisible(),
  }),
  key('own-service-connected', 'The address and the secret of an own service', {
    holds: () => ({
      settings: settingsOf(FOUR),
      attempt: attemptAt('api'),
      found: attemptAt('api', {
        state: 'connected',
        account: { external_id: 'a', name: 'Shop chat', handle: null },
        channel: { ...telegramChannel, id: 'api-1', connector: 'api', name: 'Shop chat' },
        setup: {
          webhook_url: 'https://backend.example.com/webhooks/api/0123456789abcdef',
          secret: 'Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4',
        },
      }),
    }),
    steps: async (screen) => {
      await screen.choose('connectors.api.title');
      await screen.fill('connectors.api.fields.name', 'Shop chat');
      await screen.fill('connectors.api.fields.callback_url', 'https://chat.example.com/kommo');
      await screen.press('key.connect');
    },
    seen: (screen) => screen.sees('connect.setup_title'),
  }),
  key('wrong', 'A key that the service refuses', {
    holds: holds({
      code: 'connector_rejected',
      fields: [{ path: 'values.token', code: 'rejected', reason: 'Unauthorized' }],
    }),
    steps: submit,
    seen: (screen) => expect(screen.widget.locator('[aria-invalid="true"]')).toBeVisible(),
  }),
  key('confirm', 'The account that was found', {
    holds: holds(confirm),
    steps: submit,
    seen: (screen) => screen.seesHeading('confirm.title'),
  }),
  key('webhook-taken', 'The account is connected to another service', {
    holds: holds({ ...confirm, reason: 'webhook_taken' }),
    steps: submit,
    seen: (screen) => screen.sees('confirm.webhook_taken_title'),
  }),
  key('elsewhere', 'The account is connected to another Kommo account', {
    holds: holds({ ...confirm, reason: 'connected_elsewhere' }),
    steps: submit,
    seen: (screen) => screen.sees('confirm.connected_elsewhere_title'),
  }),
  key('duplicate', 'The account has a channel already', {
    holds: holds(
      attemptAt('telegram', {
        state: 'failed',
        reason: 'already_connected',
        account: telegramChannel.account,
        channel: telegramChannel,
      }),
    ),
    steps: submit,
    seen: (screen) => expect(screen.button('result.existing')).toBeVisible(),
  }),
  key('too-many', 'Too many tries', {
    holds: holds({ code: 'rate_limited', retryAfterSeconds: 33 }),
    steps: submit,
    seen: (screen) => expect(screen.widget.getByRole('alert')).toBeVisible(),
  }),
  key('broken', 'The server has a fault', {
    holds: holds({ code: 'internal' }),
    steps: submit,
    seen: (screen) => screen.sees('errors.internal'),
  }),
  key('unreachable', 'The service does not answer', {
    holds: holds({ code: 'connector_unavailable' }),
    steps: submit,
    seen: (screen) => screen.sees('errors.connector_unavailable'),
  }),
  key('limit', 'All places were taken meanwhile', {
    holds: holds(attemptAt('telegram', { state: 'failed', reason: 'channel_limit_reached' })),
    steps: submit,
    seen: (screen) => screen.sees('attempt.channel_limit_reached'),
  }),
  key('connected', 'Connected: back in the list, with what to do next', {
    holds: holds(
      attemptAt('telegram', {
        state: 'connected',
        account,
        channel: {
          ...telegramChannel,
          id: 'telegram-2',
          name: 'Demo Sales',
          is_saved: false,
          account,
        },
      }),
    ),
    steps: submit,
    seen: (screen) => screen.sees('channels.connected_title', { name: 'Demo Sales' }),
  }),
  key('replace', 'Another key for a channel', {
    holds: holds(undefined),
    steps: (screen) => screen.chooseInMenu('Demo Support', 'status_action.key_rejected'),
    seen: (screen) => expect(screen.button('key.connect')).toBeVisible(),
  }),
];
