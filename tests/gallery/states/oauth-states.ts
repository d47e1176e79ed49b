import { attemptAt, FOUR, settingsOf, signingIn, slackChannel } from '../channels.ts';
import type { Held } from '../fake-backend.ts';
import { expect } from '../patient-expect.ts';
import type { Screen } from '../screen.ts';
import type { GalleryState } from '../state.ts';

type Rest = Omit<GalleryState, 'name' | 'title' | 'group'>;
const oauth = (name: string, title: string, rest: Rest): GalleryState => ({
  name: `oauth-${name}`,
  group: 'oauth',
  title,
  ...rest,
});

const holds =
  (change: Partial<Held> = {}) =>
  (): Held => ({
    settings: settingsOf(FOUR),
    attempt: signingIn(),
    ...change,
  });
const service = (screen: Screen) => ({ service: screen.t('connectors.slack.title') });
const choose = (screen: Screen) => screen.choose('connectors.slack.title');
const signInButton = (screen: Screen) => screen.button('oauth.button', service(screen));
const open = async (screen: Screen) => {
  await choose(screen);
  const popup = screen.page.waitForEvent('popup');
  await signInButton(screen).click();
  return popup;
};
const end = (attempt: Parameters<Screen['backend']['push']>[0]) => async (screen: Screen) => {
  await choose(screen);
  await expect(signInButton(screen)).toBeVisible();
  await screen.backend.push(attempt);
};
const account = { external_id: 'T0002', name: 'Sales workspace', handle: 'sales.slack.com' };

export const OAUTH_STATES: GalleryState[] = [
  oauth('idle', 'Before the sign-in window opens', {
    holds: holds(),
    steps: choose,
    seen: (screen) => expect(signInButton(screen)).toBeVisible(),
  }),
  oauth('waiting', 'The sign-in window is open', {
    holds: holds(),
    steps: async (screen) => void (await open(screen)),
    seen: (screen) => screen.sees('oauth.waiting'),
  }),
  oauth('closed', 'The window was closed early', {
    holds: holds(),
    steps: async (screen) => {
      const popup = await open(screen);
      await popup.close();
    },
    seen: (screen) => screen.sees('oauth.closed'),
  }),
  oauth('blocked', 'The browser blocks the window', {
    holds: holds(),
    steps: async (screen) => {
      await screen.page.evaluate(() => {
        const { open } = window;
        window.open = () => {
          window.open = open;
          return null;
        };
      });
      await choose(screen);
      await signInButton(screen).click();
    },
    seen: (screen) => screen.sees('oauth.blocked'),
  }),
  oauth('denied', 'The admin did not allow it', {
    holds: holds(),
    steps: end(attemptAt('slack', { state: 'cancelled', reason: 'denied' })),
    seen: (screen) => screen.sees('result.cancelled'),
  }),
  oauth('duplicate', 'The account has a channel already', {
    holds: holds(),
    steps: end(
      attemptAt('slack', {
        state: 'failed',
        reason: 'already_connected',
        account: slackChannel.account,
        channel: slackChannel,
      }),
    ),
    seen: (screen) => expect(screen.button('result.existing')).toBeVisible(),
  }),
  oauth('connected', 'Signed in', {
    holds: holds(),
    steps: end(
      attemptAt('slack', {
        state: 'connected',
        account,
        channel: {
          ...slackChannel,
          id: 'slack-2',
          name: 'Sales workspace',
          is_saved: false,
          account,
        },
      }),
    ),
    seen: (screen) => screen.sees('result.connected'),
  }),
  oauth('other-account', 'Another account than the channel had', {
    holds: holds(),
    steps: async (screen) => {
      await screen.chooseInMenu('Acme workspace', 'channels.reconnect');
      await expect(signInButton(screen)).toBeVisible();
      await screen.backend.push(
        attemptAt('slack', { state: 'confirm', reason: 'different_account', account }),
      );
    },
    seen: (screen) => screen.sees('confirm.different_account_title'),
  }),
  oauth('superseded', 'Started again elsewhere', {
    holds: holds(),
    steps: end(attemptAt('slack', { state: 'cancelled', reason: 'superseded' })),
    seen: (screen) => screen.sees('attempt.superseded'),
  }),
  oauth('expired', 'It took too long', {
    holds: holds(),
    steps: end(attemptAt('slack', { state: 'expired', reason: 'timed_out' })),
    seen: (screen) => screen.sees('result.expired'),
  }),
  oauth('not-started', 'No sign-in page could be asked for', {
    holds: holds({ refuses: { 'POST /messenger/channels': { code: 'connector_misconfigured' } } }),
    steps: choose,
    seen: (screen) => screen.sees('errors.connector_misconfigured'),
  }),
];
