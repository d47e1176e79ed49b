import type { Entry } from '../engine/coverage-row.ts';
import { AMO, CRM, KOMMO, OBSERVED, REFERENCE } from './documents.ts';

/** What Kommo's servers do besides answering a route, and what is missing here. Routes describe themselves. */
export const OAUTH_ENTRIES: Entry[] = [
  [
    'GET www /oauth2/account/subdomain',
    `${AMO}/oauth/account-subdomain-info`,
    'deprecated by the vendor',
    'missing',
  ],
  [
    'POST /oauth2/exchange_api_key',
    `${AMO}/oauth/exchange-api-key`,
    'deprecated by the vendor',
    'missing',
  ],
  [
    'secrets hook of external integrations',
    `${AMO}/oauth/oauth-external-integrations`,
    undefined,
    'missing',
  ],
  [
    'install call of the redirect URI',
    `${AMO}/oauth/auth-public-integrations`,
    'waits 3 s, sent once; switches refererFormat, sendPlatformAndClientId',
  ],
  [
    'disable hook',
    `${AMO}/oauth/step-by-step`,
    'its order against revocation is not documented (switch disableHook)',
  ],
  ['rename of an account', 'official PHP client', 'switch renamedHostStatus'],
  [
    'access token claims',
    OBSERVED,
    'RS256; the real list of claims is not published (switch accessTokenSub)',
  ],
];

export const AJAX_ENTRIES: Entry[] = [
  ['/api/v4 by the session of a page', OBSERVED, 'with the rights of the user who is logged in'],
  ['/ajax/v4, the same for the session of a page', OBSERVED, 'ignores a token'],
];

export const REST_ENTRIES: Entry[] = [
  [
    'CRM webhooks out',
    `${CRM}/webhooks-format`,
    'delivery, patience and retries; only add_chat_template_review comes by itself, other events by the control API',
    'partly',
  ],
  [
    '/api/v4/leads, contacts, companies, catalogs: writing',
    CRM,
    'what cards and lists show can be read, see Scenery of the cards',
    'missing',
  ],
  [
    '7 requests per second',
    `${KOMMO}/limitations`,
    'per integration and account, or per address (switch rateLimitScope); retry_after and Retry-After are assumptions; after 100 refusals in 10 s the caller is blocked with an HTML page',
  ],
];

export const CHAT_ENTRIES: Entry[] = [
  [
    'signature, Content-MD5, Date',
    `${AMO}/chats/chat-step-by-step`,
    'tested with the published vectors; the body-only signature from before 2019 is accepted where it existed (switch requireNewSignature)',
  ],
  [
    'chat webhooks out, version 2',
    `${AMO}/chats/chat-webhooks`,
    'messages, typing, reactions, chats that begin in Kommo; sent once, 5 s',
  ],
  [
    'chat webhooks out, version 1',
    `${AMO}/chats/chat-webhooks`,
    'messages of channels connected with it, or without a version',
  ],
  ['Chats API add-on', `${REFERENCE}/chats-api-add-on`, undefined, 'missing'],
];
