import type { Entry } from '../engine/coverage-row.ts';

/** The doubles of the chat services, one row for each: their routes are not Kommo's. */
export const SERVICE_ENTRIES: Entry[] = [
  [
    'Telegram: connecting a bot',
    'https://core.telegram.org/bots/api#setwebhook',
    'getMe, setWebhook, deleteWebhook, getWebhookInfo, getUpdates (answers at once), logOut, close (only answered); accepts loopback addresses over http as webhooks; 429 for a second setWebhook within a second by `POST /__emulator/services/telegram/speed`',
    'partly',
  ],
  [
    'Telegram: delivery of updates',
    'https://github.com/tdlib/telegram-bot-api (WebhookActor.cpp, Client.cpp, 01a3679)',
    'one queue for each chat and kind of update, its head repeated at once, then after 2, 4, 8 s up to a cap; Retry-After up to an hour; a day of life, 150 s for a press of a button; allowed_updates remembered; max_connections; methods in answers executed; a webhook that answers 410 for 23 hours is closed. The first ids (update 900001, message 1001 in every chat) and the fixed cap of 60 s are assumptions',
  ],
  [
    'Telegram: what clients do',
    'https://core.telegram.org/bots/api#update',
    'message, edited_message, channel_post, edited_channel_post, callback_query, message_reaction, my_chat_member; no inline mode, business accounts, payments, topics or chat_member. That message_reaction comes in private chats, when asked for, is an assumption',
    'partly',
  ],
  [
    'Telegram: methods that send',
    'https://core.telegram.org/bots/api#sendmessage',
    'sendMessage, sendPhoto, sendVideo, sendDocument, sendVoice, sendAudio, sendAnimation, sendSticker, sendVideoNote, sendLocation, sendVenue, sendContact, sendMediaGroup, sendChatAction; a parse_mode is refused; media by address are refused, for nothing is fetched; albums of one item are refused as documented, though the published server takes them',
    'partly',
  ],
  [
    'Telegram: methods that edit, delete and answer',
    'https://core.telegram.org/bots/api#updating-messages',
    'editMessageText, editMessageCaption, editMessageReplyMarkup, deleteMessage, setMessageReaction, answerCallbackQuery',
    'partly',
  ],
  [
    'Telegram: files',
    'https://core.telegram.org/bots/api#getfile',
    'getFile and the download path, which holds for an hour; 20 MB down, 50 MB up, 10 MB for photos; kinds are told by the first bytes; uploads above 4 MB are counted and hashed, not kept',
  ],
  [
    'Telegram: getChat, getUserProfilePhotos',
    'https://core.telegram.org/bots/api#getchat',
    'the fields that name a chat, and the photo; of a bot its own (https://core.telegram.org/bots/api#getuserprofilephotos), which one of the named bots has',
    'partly',
  ],
  [
    'Telegram: refusals',
    'https://github.com/tdlib/telegram-bot-api (Client.cpp, 01a3679); td: FileLoaderUtils.cpp, MessageContent.cpp',
    'the words of 400, 403, 409, 413, 429 with parameters.retry_after and the header; rates of one message a second and chat, and thirty a bot, by `POST /__emulator/services/telegram/speed`, off by default',
  ],
  [
    'Telegram: the client’s page',
    'https://core.telegram.org/bots/api',
    '`/__services/telegram/client` plays a client; it looks like no Telegram app',
    'partly',
  ],
  [
    'WhatsApp: the network',
    'https://waha.devlike.pro/docs/how-to/receive-messages/#chatid-from-to-participant',
    'people with a phone and a hidden id, groups, broadcast lists, status and channels, shared by the doubles of WAHA and Evolution; `/__emulator/services/whatsapp/…` writes, edits, deletes, reacts, reads, types and goes offline for clients, and writes on the linked phone itself; files above 4 MB are counted and hashed, not kept. No calls, no answers to polls; two linked numbers do not write to each other; how soon acknowledgements come is an assumption',
    'partly',
  ],
  [
    'WAHA: sessions',
    'https://waha.devlike.pro/docs/how-to/sessions/',
    'create, update (which starts the session again), start, stop, restart, log out, delete, list, me; QR and pairing codes; config as it was handed in, `ignore` included; messages that came while a session did not work are told when it works again; engines WEBJS, NOWEB and GOWS by `POST /__emulator/services/waha/settings`. No passkeys, apps, keys of a session, or `x-api-key` in an address; a session that does not work is refused at once, not after a wait',
    'partly',
  ],
  [
    'WAHA: webhooks',
    'https://waha.devlike.pro/docs/how-to/events/',
    'several for a session, each with events, HMAC, headers and tries; `message`, `message.any`, `message.ack`, `message.ack.group`, `message.reaction`, `message.edited`, `message.revoked`, `message.waiting` (WEBJS), `session.status`, `state.change`, `presence.update`. No websockets, polls, labels, calls or events of groups; a new session tells nothing of its start and its codes unless `tells_beginnings` is set, and never of each further code. That a webhook without `retries` is tried 15 times every 2 s, that anything but 2xx is tried again, and that a try keeps its id and time are assumptions',
    'partly',
  ],
  [
    'WAHA: sending',
    'https://waha.devlike.pro/docs/how-to/send-messages/',
    'sendText, sendImage, sendFile, sendVoice, sendVideo, sendLocation, sendContactVcard, sendList, sendButtons, sendSeen, startTyping, stopTyping, reaction; editing and deleting; files really fetched from their address, or read out of the request, up to 100 MB (an assumption); nothing is converted; no polls, link previews, forwarding or stars. Answers in the shapes seen at github.com/devlikeapro/waha/issues/1615 and /760 and in session.gows.core.ts; errors as AllExceptionsFilter.ts writes them',
    'partly',
  ],
  [
    'WAHA: chats, groups, contacts and files',
    'https://waha.devlike.pro/docs/how-to/chats/',
    'messages of a chat and by id, reading, presence; names and members of groups, shaped as whatsapp-web.js, Baileys and whatsmeow have them; check-exists (https://waha.devlike.pro/docs/how-to/contacts/), contact, lids; files for 180 s behind the key (https://waha.devlike.pro/docs/how-to/storages/). The linked number has a picture (https://waha.devlike.pro/docs/how-to/contacts/#get-contact-profile-picture), nobody else; no address book',
    'partly',
  ],
  [
    'WAHA: what goes wrong',
    'https://github.com/devlikeapro/waha/issues (1087, 1627, 2151, 948)',
    'events twice, `message` beside `message.any`, acknowledgements again or late, a looping device, files missing, failed or empty, silence while WORKING, empty or late answers, by `/settings`; 4xx, 5xx, a page, a hanging, reset or lost answer by `/refuse`; `/judge` tells what was sent twice, unseen, too fast, or with a secret in it, all under `/__emulator/services/waha`',
  ],
  [
    'Evolution API: instances',
    'https://doc.evolution-api.com/v2/; EvolutionAPI/evolution-api 2.3.6 (instance.controller.ts, auth.guard.ts, instance.guard.ts)',
    'create, connect, connectionState, fetchInstances, logout, delete, settings; the key of the server or of the instance; QR codes without colours; no restart, proxy, chatbots or Cloud API',
    'partly',
  ],
  [
    'Evolution API: webhooks',
    'EvolutionAPI/evolution-api 2.3.6 (webhook.controller.ts, webhook.schema.ts)',
    'set and find; own headers, jwt_key, byEvents, base64; ten tries from 5 s to 300 s, none after 400, 401, 403, 404, 422, lost by a restart (`POST /__emulator/services/evolution/restart`); redirects are not followed; no global webhook, no S3',
  ],
  [
    'Evolution API: events',
    'EvolutionAPI/evolution-api 2.3.6 (whatsapp.baileys.service.ts); WhiskeySockets/Baileys 7; issues 1367, 2010, 2506',
    'messages.upsert, messages.update, messages.edited (its key is the author’s view), messages.delete, send.message, send.message.update, presence.update, contacts.upsert, contacts.update, chats.upsert, connection.update; the memory of ids for five minutes; no qrcode.updated, history, labels or calls. That typing comes without a subscription is an assumption',
    'partly',
  ],
  [
    'Evolution API: methods that send',
    'EvolutionAPI/evolution-api 2.3.6 (sendMessage.controller.ts, message.schema.ts, createJid.ts)',
    'sendText, sendMedia, sendPtv, sendWhatsAppAudio, sendSticker, sendLocation, sendContact, sendReaction, sendPoll, sendList, sendButtons; media by address (really fetched), base64 or form; nothing is converted, so bytes stay as they came; no status, template or mentions',
    'partly',
  ],
  [
    'Evolution API: methods for chats',
    'EvolutionAPI/evolution-api 2.3.6 (chat.router.ts, chat.schema.ts)',
    'whatsappNumbers, markMessageAsRead, sendPresence, getBase64FromMediaMessage, findMessages, updateMessage, deleteMessageForEveryone, findGroupInfos',
    'partly',
  ],
  [
    'WhatsApp: the phones’ page',
    'https://faq.whatsapp.com/1317564962315842 (linked devices)',
    '`/__services/phone` plays clients and the linked phone; it looks like no WhatsApp app',
    'partly',
  ],
  [
    'Slack: installing the app',
    'https://docs.slack.dev/authentication/installing-with-oauth',
    'consent page, oauth.v2.access, auth.test, auth.revoke; the scopes asked for are granted, or fewer by `POST /__emulator/services/slack/speed`; tokens that live twelve hours and are refreshed, off by default. Every installation has a token of its own, where Slack gives the same one again; no Enterprise Grid, no user tokens',
    'partly',
  ],
  [
    'Slack: Events API',
    'https://docs.slack.dev/apis/events-api',
    'one Request URL with its challenge, v0 signatures, 3 s, up to two redirects, three retries (at once, after 1 and 5 minutes of the emulator’s clock), X-Slack-No-Retry; disabled above 95 % of failures in an hour from 1,000 attempts on; an event comes only with its subscription and scope. Nobody saves the Request URL here: without one by `POST /__emulator/services/slack/app` it is the backend’s own, asked at the first installation. No delayed events, no Socket Mode; the hourly limit speaks by `…/rate_limited` alone',
    'partly',
  ],
  [
    'Slack: events',
    'https://docs.slack.dev/reference/events/message; https://github.com/slackapi/java-slack-sdk (json-logs); public event logs',
    'message.im and message.channels (file_share, message_changed for edits, previews and the marker of a deleted thread, message_deleted, own messages with bot_id), reaction_added, reaction_removed, file_shared, tokens_revoked, app_uninstalled, app_rate_limited; no mentions, joins, group messages or interactivity',
    'partly',
  ],
  [
    'Slack: messages and reactions of the app',
    'https://docs.slack.dev/reference/methods/chat.postMessage',
    'chat.postMessage, chat.update, chat.delete, reactions.add, reactions.remove, reactions.get; texts cut at 40,000 signs; blocks refused above about 13,200 (bolt-js #2509); chat.update above 4,000 is msg_too_long. That an unknown thread is thread_not_found is an assumption; some seventy emoji, others are invalid_name',
    'partly',
  ],
  [
    'Slack: files',
    'https://docs.slack.dev/messaging/working-with-files',
    'files.getUploadURLExternal, the upload address (raw or form), files.completeUploadExternal, files.info with shares, url_private for the bearer of a token with files:read, else the sign-in page. An upload whose length differs is refused, an assumption; files lie on the same host as the Web API; uploads above 4 MB are counted and hashed, not kept',
    'partly',
  ],
  [
    'Slack: reading',
    'https://docs.slack.dev/apis/web-api',
    'auth.test, team.info, users.info, conversations.info, conversations.open, conversations.history, conversations.replies; methods whose page does not list JSON do not see a JSON body',
    'partly',
  ],
  [
    'Slack: refusals',
    'https://docs.slack.dev/apis/web-api/rate-limits',
    'ok: false with HTTP 200, missing_scope with needed and provided, x-oauth-scopes, 429 with Retry-After; about one message a second and conversation by `POST /__emulator/services/slack/speed`, off by default',
  ],
  [
    'Slack: the member’s page',
    'https://docs.slack.dev/messaging/formatting-message-text',
    '`/__services/slack/member` plays a member of a workspace; it looks like no Slack app',
    'partly',
  ],
  [
    'OpenID provider',
    'https://openid.net/specs/openid-connect-core-1_0.html',
    'the real oidc-provider package behind a sign-in page of ours',
  ],
];
