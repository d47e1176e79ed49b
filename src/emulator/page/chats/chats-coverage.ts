import { type CoverageRow, entryRows } from '../../engine/coverage-row.ts';
import { AMO, CHATS, OWN_ADDRESS } from '../../kommo/documents.ts';

const WEBHOOKS = `${AMO}/chats/chat-webhooks`;
const STEPS = `${AMO}/chats/chat-step-by-step`;

/** Kommo's inbox. Its look is our own; what it shows and does is documented with the Chats API. */
export const CHATS_COVERAGE: CoverageRow[] = entryRows('Chats page', [
  [
    '/chats/, /chats/<chat>',
    OWN_ADDRESS.source,
    'the chats of all channels of the account, newest first, with lead, pipeline and unread messages; a chat without a message is invisible',
  ],
  ['the feed: text and the nine kinds of messages', CHATS],
  [
    'files as Kommo holds them',
    CHATS,
    'what could not be fetched is shown broken, with the reason; nothing is loaded from the sender',
  ],
  [
    'ticks: sent, delivered, read, and failed with code and text',
    CHATS,
    'how Kommo draws them is an assumption',
  ],
  ['edited messages, quotes, reactions, typing', CHATS],
  [
    'what staff wrote on the own device, and what the bot wrote',
    STEPS,
    'marked; how Kommo marks them is an assumption',
  ],
  ['reply with text, files, a quote; react', WEBHOOKS],
  ['inline buttons, list message', WEBHOOKS, 'anybody may send them here, not the Salesbot alone'],
  [
    'a template of the account',
    `${AMO}/crm_platform/chat-templates-api`,
    'its markers are not filled in',
    'partly',
  ],
  ['typing of a user', WEBHOOKS, 'at most once in 5 s; can be switched off'],
  ['write first from a source', STEPS, 'to any number, not to a contact of a card alone'],
  [
    'a message that the backend did not take',
    'own',
    'the page says so; what Kommo shows then is not documented',
  ],
  ['accept or decline an incoming lead', `${AMO}/crm_platform/unsorted-api`, undefined, 'missing'],
]);
