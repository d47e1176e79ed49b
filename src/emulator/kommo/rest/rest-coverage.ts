import { type CoverageRow, coverageArea } from '../../engine/coverage-row.ts';

const AMO = 'https://www.amocrm.ru/developers/content';

/** Rows of `/api/v4`. */
export const REST_COVERAGE: CoverageRow[] = coverageArea('REST API', [
  ['GET account,api /api/v4/account', 'imitated', `${AMO}/crm_platform/account-info`],
  [
    'GET account,api /api/v4/users',
    'imitated',
    `${AMO}/crm_platform/users-api`,
    'administrators only',
  ],
  ['GET account,api /api/v4/users/:id', 'imitated', `${AMO}/crm_platform/users-api`],
  ['GET account,api /api/v4/leads/pipelines', 'imitated', `${AMO}/crm_platform/leads_pipelines`],
  [
    'GET account,api /api/v4/leads/pipelines/:id',
    'imitated',
    `${AMO}/crm_platform/leads_pipelines`,
    '404 for an unknown id is an assumption',
  ],
  [
    'GET account,api /api/v4/sources',
    'imitated',
    `${AMO}/crm_platform/sources-api`,
    '204 for an empty list; switch getSourcesUnauthorised',
  ],
  [
    'POST account,api /api/v4/sources',
    'imitated',
    `${AMO}/crm_platform/sources-api`,
    'error codes of single fields are assumptions; switches sourcesMax, sourcesBatchMax, externalIdMax, deletedSourceIdReuse, requireLeadSources',
  ],
  ['PATCH account,api /api/v4/sources', 'imitated', `${AMO}/crm_platform/sources-api`],
  ['DELETE account,api /api/v4/sources', 'imitated', `${AMO}/crm_platform/sources-api`],
  [
    'GET account,api /api/v4/sources/:id',
    'imitated',
    `${AMO}/crm_platform/sources-api`,
    '204 when missing',
  ],
  ['PATCH account,api /api/v4/sources/:id', 'imitated', `${AMO}/crm_platform/sources-api`],
  [
    'DELETE account,api /api/v4/sources/:id',
    'imitated',
    `${AMO}/crm_platform/sources-api`,
    'two forms of 404 (switch deleteUnknownSource)',
  ],
  ['GET account,api /api/v4/chats/templates', 'imitated', `${AMO}/crm_platform/chat-templates-api`],
  [
    'POST account,api /api/v4/chats/templates',
    'imitated',
    `${AMO}/crm_platform/chat-templates-api`,
    'the limit that answers 422 is not documented; 1000 is assumed',
  ],
  [
    'PATCH account,api /api/v4/chats/templates',
    'imitated',
    `${AMO}/crm_platform/chat-templates-api`,
  ],
  [
    'DELETE account,api /api/v4/chats/templates',
    'imitated',
    `${AMO}/crm_platform/chat-templates-api`,
  ],
  [
    'GET account,api /api/v4/chats/templates/:id',
    'imitated',
    `${AMO}/crm_platform/chat-templates-api`,
  ],
  [
    'PATCH account,api /api/v4/chats/templates/:id',
    'imitated',
    `${AMO}/crm_platform/chat-templates-api`,
  ],
  [
    'DELETE account,api /api/v4/chats/templates/:id',
    'imitated',
    `${AMO}/crm_platform/chat-templates-api`,
  ],
  [
    'POST account,api /api/v4/chats/templates/:id/review',
    'imitated',
    `${AMO}/crm_platform/chat-templates-api`,
    'sends add_chat_template_review',
  ],
  [
    'POST account,api /api/v4/chats/templates/:id/review/:review',
    'imitated',
    `${AMO}/crm_platform/chat-templates-api`,
  ],
  ['GET account,api /api/v4/widgets', 'imitated', `${AMO}/crm_platform/widgets-api`],
  ['GET account,api /api/v4/widgets/:code', 'imitated', `${AMO}/crm_platform/widgets-api`],
  ['POST account,api /api/v4/widgets/:code', 'imitated', `${AMO}/crm_platform/widgets-api`],
  ['DELETE account,api /api/v4/widgets/:code', 'imitated', `${AMO}/crm_platform/widgets-api`],
  [
    'GET account,api /api/v4/contacts/chats',
    'imitated',
    `${AMO}/crm_platform/contacts-api`,
    'refused with any cookie, as documented',
  ],
  [
    'POST account,api /api/v4/contacts/chats',
    'partly',
    `${AMO}/crm_platform/contacts-api`,
    'contacts themselves are not kept: any contact id is taken',
  ],
  ['GET account,api /api/v4/webhooks', 'imitated', `${AMO}/crm_platform/webhooks-api`],
  ['POST account,api /api/v4/webhooks', 'imitated', `${AMO}/crm_platform/webhooks-api`],
  ['DELETE account,api /api/v4/webhooks', 'imitated', `${AMO}/crm_platform/webhooks-api`],
  [
    'CRM webhooks out',
    'partly',
    `${AMO}/crm_platform/webhooks-format`,
    'delivery, patience and retries; only add_chat_template_review comes by itself, any other event by the control API',
  ],
  [
    'GET account,api /api/v4/website_buttons',
    'partly',
    `${AMO}/crm_platform/sources-api`,
    'the button is ready at once',
  ],
  ['GET account,api /api/v4/website_buttons/:id', 'partly', `${AMO}/crm_platform/sources-api`],
  ['POST account,api /api/v4/website_buttons', 'partly', `${AMO}/crm_platform/sources-api`],
  [
    'GET account,api /api/v4/talks/:id',
    'partly',
    `${AMO}/crm_platform/talks-api`,
    'one talk for each chat, without a lead',
  ],
  [
    'POST account,api /api/v4/talks/:id/close',
    'imitated',
    `${AMO}/crm_platform/talks-api`,
    'no bot asks for a rating',
  ],
  [
    '/api/v4/leads, contacts, companies, catalogs: writing',
    'missing',
    `${AMO}/crm_platform`,
    'what cards and lists show can be read, see Scenery of the cards',
  ],
  [
    '7 requests per second',
    'imitated',
    'https://developers.kommo.com/docs/limitations',
    'per integration and account, or per address (switch rateLimitScope); retry_after and Retry-After are assumptions; after 100 refusals in 10 s the caller is blocked with an HTML page',
  ],
]);
