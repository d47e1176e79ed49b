import { badRequest } from './api-error.ts';
import type { Parameters } from './parameters.ts';
import type { Fields } from './state.ts';

const DATA_MAX_BYTES = 64;

/** What a button may do besides sending data or opening an address. */
const OTHERS = [
  'web_app',
  'login_url',
  'switch_inline_query',
  'switch_inline_query_current_chat',
  'switch_inline_query_chosen_chat',
  'copy_text',
  'callback_game',
  'pay',
];

/**
 * The `reply_markup` as the message will show it; undefined where it shows none. Keyboards in place of the
 * client's own are taken and not shown in a Message, as with Telegram.
 *
 * @see https://core.telegram.org/bots/api#inlinekeyboardmarkup
 * @throws ApiError
 */
export function readReplyMarkup(parameters: Parameters): Fields | undefined {
  const markup = parameters.json('reply_markup', 'reply keyboard markup');
  if (markup === undefined) return undefined;
  if (typeof markup !== 'object' || markup === null || Array.isArray(markup)) {
    throw badRequest('object expected as reply markup');
  }
  if (!('inline_keyboard' in markup)) return undefined;
  const rows = markup.inline_keyboard;
  if (!Array.isArray(rows) || !rows.every((row) => Array.isArray(row))) {
    throw badRequest(
      'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
    );
  }
  for (const button of rows.flat()) checkButton(button);
  const filled = rows.filter((row) => row.length > 0);
  return filled.length === 0 ? undefined : { inline_keyboard: filled };
}

function checkButton(button: unknown): void {
  if (typeof button !== 'object' || button === null) {
    throw badRequest("can't parse inline keyboard button: InlineKeyboardButton must be an Object");
  }
  const { text, url, callback_data: data } = button as Fields;
  if (typeof text !== 'string' || text.trim() === '') {
    throw badRequest('inline keyboard button text must be non-empty');
  }
  if (data !== undefined) {
    const size = Buffer.byteLength(String(data));
    if (size < 1 || size > DATA_MAX_BYTES) throw badRequest('BUTTON_DATA_INVALID');
  } else if (url !== undefined) {
    checkAddress(String(url));
  } else if (!OTHERS.some((name) => name in button)) {
    throw badRequest('text buttons are unallowed in the inline keyboard');
  }
}

function checkAddress(url: string): void {
  const full = /^[a-z][\w+.-]*:/i.test(url) ? url : `http://${url}`;
  const isKnown = URL.canParse(full) && /^(https?|tg|ton):$/.test(new URL(full).protocol);
  const isHost = isKnown && (/^(tg|ton):/.test(full) || /\./.test(new URL(full).hostname));
  if (!isHost) throw badRequest(`inline keyboard button URL '${url}' is invalid: Wrong HTTP URL`);
}
