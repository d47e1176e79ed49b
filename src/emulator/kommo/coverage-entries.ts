import type { Entry } from '../engine/coverage-row.ts';
import { AMO, CHATS, CRM, KOMMO, OBSERVED, REFERENCE, WEBHOOKS } from './documents.ts';

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
    '/api/v4/leads/complex, links of entities, events, segments, writing of catalogs, deleting',
    CRM,
    undefined,
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
    WEBHOOKS,
    'messages, quotes, buttons, list messages, templates, files, typing, reactions, chats that begin in Kommo; sent once, 5 s, only 200 counts; switch hookSenderName',
  ],
  [
    'newline after the body of a chat webhook, not signed',
    OBSERVED,
    'raw bodies that were logged; without it by the control API',
  ],
  [
    'several files sent at once',
    WEBHOOKS,
    'one webhook each, at the same time, with one media_group_id',
  ],
  [
    'chat webhooks that go wrong',
    'assumption',
    'twice, out of order, late, cut off, lost, numbers as texts: by the control API, never by themselves',
  ],
  [
    'slow lane of backends that answer late or badly',
    `${AMO}/chats/chat-step-by-step`,
    'delay_ms of an act; no score is kept',
    'partly',
  ],
  [
    'error body of amojo',
    `${KOMMO}/http-codes`,
    'documented for a wrong signature; other error_type values are invented in the same frame',
  ],
  [
    'unknown address of amojo',
    'public client (fcritic/amojo-api-client)',
    'an empty 404, also for another method',
  ],
  [
    'requests per second of amojo',
    'assumption',
    'no number is documented: off, or switch amojoRateLimit, counted by channel',
  ],
  [
    'a message with a msgid that is known',
    `${AMO}/chats/chat-step-by-step`,
    'refused and without effect; the status is not documented (switch repeatedMsgid)',
  ],
  ['calls after the disconnect', 'assumption', 'switch afterDisconnect'],
  [
    'delivery statuses',
    CHATS,
    'statuses that go back are logged and counted (switch statusGoesBack); of clients’ messages refused (switch strictFields)',
  ],
  [
    'contact and incoming lead of a first message',
    `${AMO}/chats/chat-capabilities`,
    'in the pipeline of the source named, the default source or the main pipeline; none for silent messages and linked chats; duplicate control by phone digits or email; switches silentContact, leadAfterClosed',
  ],
  [
    'fetching of files and avatars',
    `${AMO}/chats/chat-step-by-step`,
    'a GET without redirects; the result is kept with the message; switches mediaFetch, privateMediaHosts',
  ],
  [
    'write first',
    `${AMO}/chats/chat-step-by-step`,
    'by phone, in the card of the contact; the answer binds chat and person by conversation_ref_id and ref_id',
  ],
  ['edits and deletions by managers', WEBHOOKS, 'no webhook is documented', 'missing'],
  ['answers to comments (post)', WEBHOOKS, undefined, 'missing'],
  [
    'chat webhooks out, version 1',
    WEBHOOKS,
    'messages of channels connected with it, or without a version',
  ],
  ['Chats API add-on', `${REFERENCE}/chats-api-add-on`, undefined, 'missing'],
];
