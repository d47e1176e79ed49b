import { type CoverageRow, coverageArea } from '../engine/coverage-row.ts';
import { REST_COVERAGE } from './rest/rest-coverage.ts';

const KOMMO = 'https://developers.kommo.com/docs';
const REFERENCE = 'https://developers.kommo.com/reference';
const AMO = 'https://www.amocrm.ru/developers/content';
const OBSERVED = 'observed in public widgets and clients';

const OAUTH = coverageArea('OAuth', [
  [
    'GET www /oauth',
    'imitated',
    `${KOMMO}/oauth-20`,
    'modes popup and post_message, state echoed; the person chooses who is logged in',
  ],
  ['POST www /oauth', 'imitated', `${KOMMO}/oauth-20`, 'the form of the page; its address is ours'],
  [
    'POST account /oauth2/access_token',
    'imitated',
    `${KOMMO}/oauth-20`,
    'hints of errors observed; their wording on kommo.com, the answer to a wrong secret and a grace for a second refresh are assumptions (switches refreshMode, accessAfterRefresh, oauthErrorLanguage)',
  ],
  [
    'GET api /oauth2/account/current/subdomain',
    'imitated',
    `${AMO}/oauth/account-subdomain-info`,
    'does not spend the refresh token',
  ],
  [
    'GET www /oauth2/account/subdomain',
    'missing',
    `${AMO}/oauth/account-subdomain-info`,
    'deprecated by the vendor',
  ],
  [
    'POST /oauth2/exchange_api_key',
    'missing',
    `${AMO}/oauth/exchange-api-key`,
    'deprecated by the vendor',
  ],
  ['secrets hook of external integrations', 'missing', `${AMO}/oauth/oauth-external-integrations`],
  [
    'install call of the redirect URI',
    'imitated',
    `${AMO}/oauth/auth-public-integrations`,
    '3 s, once; switches refererFormat, sendPlatformAndClientId',
  ],
  [
    'disable hook',
    'imitated',
    `${AMO}/oauth/step-by-step`,
    'its order against revocation is not documented (switch disableHook)',
  ],
  ['rename of an account', 'imitated', 'official PHP client', 'switch renamedHostStatus'],
  [
    'access token claims',
    'imitated',
    OBSERVED,
    'RS256; the real list of claims is not published (switch accessTokenSub)',
  ],
]);

const PAGE = coverageArea('Requests of the account pages', [
  [
    'GET account /ajax/v2/integrations/:uuid/disposable_token',
    'imitated',
    OBSERVED,
    'claims as in https://developers.kommo.com/docs/one-time-tokens; is_admin is an observation (switches isAdminClaim, audHasPort, jwtTtl)',
  ],
  ['POST account /ajax/widgets/edit', 'imitated', OBSERVED],
  ['POST account /ajax/widgets/list', 'partly', OBSERVED, 'the integrations of the state only'],
  [
    'GET account /ajax/v1/widgets/list',
    'partly',
    OBSERVED,
    'its form is assumed to be that of /ajax/widgets/list',
  ],
  ['POST account /ajax/v1/widgets/list', 'partly', OBSERVED],
  [
    'GET account /ajax/settings/widgets/category/own_integrations/:page',
    'partly',
    OBSERVED,
    'one page; the fields that were seen',
  ],
  ['/api/v4 by the session of a page', 'imitated', OBSERVED, 'with the rights of who is logged in'],
  [
    '/ajax/v4, the same for the session of a page',
    'imitated',
    OBSERVED,
    'a token is not looked at',
  ],
]);

const CHATS = coverageArea('Chats API (amojo)', [
  [
    'POST amojo /v2/origin/custom/:channel/connect',
    'imitated',
    `${REFERENCE}/connect-channel`,
    'a second connect answers the same scope (switch connectTwice); bodies of errors are observed in one client',
  ],
  [
    'DELETE amojo /v2/origin/custom/:channel/disconnect',
    'imitated',
    `${AMO}/chats/chat-api-reference`,
    'repeated: 200, an assumption',
  ],
  [
    'POST amojo /v2/origin/custom/:scope',
    'imitated',
    `${AMO}/chats/chat-api-reference`,
    'new_message and edit_message; media are not fetched',
  ],
  ['POST amojo /v2/origin/custom/:scope/chats', 'imitated', `${AMO}/chats/chat-api-reference`],
  ['POST amojo /v2/origin/custom/:scope/typing', 'imitated', `${AMO}/chats/chat-api-reference`],
  ['POST amojo /v2/origin/custom/:scope/react', 'imitated', `${AMO}/chats/chat-api-reference`],
  [
    'POST amojo /v2/origin/custom/:scope/:message/delivery_status',
    'imitated',
    `${AMO}/chats/chat-api-reference`,
    'reads delivery_status and status_code',
  ],
  [
    'GET amojo /v2/origin/custom/:scope/chats/:chat/history',
    'imitated',
    `${AMO}/chats/chat-api-reference`,
  ],
  [
    'signature, Content-MD5, Date',
    'imitated',
    `${AMO}/chats/chat-step-by-step`,
    'published vectors are tests; the body-only signature of before 2019 is taken where it existed (switch requireNewSignature)',
  ],
  [
    'chat webhooks out, version 2',
    'imitated',
    `${AMO}/chats/chat-webhooks`,
    'messages, typing, reactions, chats begun from Kommo; once, 5 s',
  ],
  [
    'chat webhooks out, version 1',
    'imitated',
    `${AMO}/chats/chat-webhooks`,
    'messages of channels that were connected with it, or without a version',
  ],
  ['Chats API add-on', 'missing', `${REFERENCE}/chats-api-add-on`],
]);

const SERVICES = coverageArea('Chat services', [
  [
    'Telegram Bot API',
    'partly',
    'https://core.telegram.org/bots/api',
    'getMe, setWebhook, deleteWebhook, getWebhookInfo, getUpdates, getUserProfilePhotos, logOut, close; loopback addresses over http are taken as webhooks',
  ],
  [
    'WAHA (WhatsApp HTTP API)',
    'partly',
    'https://waha.devlike.pro/docs/how-to/sessions/',
    'sessions, QR and pairing codes, signed webhooks; a page plays the phone; no messages',
  ],
  [
    'Evolution API 2',
    'partly',
    'https://doc.evolution-api.com/v2/',
    'instances, QR and pairing codes, connection webhooks; no messages',
  ],
  [
    'Slack',
    'partly',
    'https://docs.slack.dev/authentication/installing-with-oauth',
    'sign-in page, tokens, auth.test, auth.revoke; no messages',
  ],
  [
    'OpenID provider',
    'imitated',
    'https://openid.net/specs/openid-connect-core-1_0.html',
    'the real oidc-provider package behind a sign-in page of ours',
  ],
]);

/** Rows of the servers; those of the account's pages are in host/coverage.ts. */
export const SERVER_COVERAGE: CoverageRow[] = [
  ...OAUTH,
  ...PAGE,
  ...REST_COVERAGE,
  ...CHATS,
  ...SERVICES,
];
