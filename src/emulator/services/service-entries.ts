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
    'the fields that name a chat, and the photo',
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
