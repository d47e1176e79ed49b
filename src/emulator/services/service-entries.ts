import type { Entry } from '../engine/coverage-row.ts';

/** The doubles of the chat services, one row for each: their routes are not Kommo's. */
export const SERVICE_ENTRIES: Entry[] = [
  [
    'Telegram Bot API',
    'https://core.telegram.org/bots/api',
    'getMe, setWebhook, deleteWebhook, getWebhookInfo, getUpdates, getUserProfilePhotos, logOut, close; accepts loopback addresses over http as webhooks',
    'partly',
  ],
  [
    'WAHA (WhatsApp HTTP API)',
    'https://waha.devlike.pro/docs/how-to/sessions/',
    'sessions, QR and pairing codes, signed webhooks; a page plays the phone; no messages',
    'partly',
  ],
  [
    'Evolution API 2',
    'https://doc.evolution-api.com/v2/',
    'instances, QR and pairing codes, connection webhooks; no messages',
    'partly',
  ],
  [
    'Slack',
    'https://docs.slack.dev/authentication/installing-with-oauth',
    'sign-in page, tokens, auth.test, auth.revoke; no messages',
    'partly',
  ],
  [
    'OpenID provider',
    'https://openid.net/specs/openid-connect-core-1_0.html',
    'the real oidc-provider package behind a sign-in page of ours',
  ],
];
