import type { MessageButton } from '../messages.ts';
import { plainLine } from '../plain-text.ts';

/** A row of `reply_markup.inline_keyboard`. */
export type KeyboardRow = ({ text: string } & ({ url: string } | { callback_data: string }))[];

/** Telegram's own limits, in bytes and buttons: https://core.telegram.org/bots/api#inlinekeyboardbutton */
const MAX_DATA_BYTES = 64;
const MAX_ROW = 8;
const MAX_BUTTONS = 100;

/** More does not fit on a button that anybody could read. */
const LONGEST_TEXT = 128;

/**
 * How the data of a button begins, which says what is in it. A client's answer must hold the button's text and what
 * Kommo wants back with it, and Telegram may not show us the message any more; so the data carry both where they
 * fit, and otherwise point into the keyboard that Telegram usually sends along.
 */
const FORMS = {
  text: 't',
  both: 'b',
  callbackData: 'd',
  place: 'p',
} as const;

const BOTH = /^b(\d{1,2}):/;

/** What stays behind of buttons that a keyboard cannot hold: lines of text. */
export interface Keyboard {
  rows: KeyboardRow[];
  lines: string[];
}

/** Lays buttons out as Telegram takes them. */
export function keyboardOf(buttons: readonly (readonly MessageButton[])[]): Keyboard {
  const rows: KeyboardRow[] = [];
  const lines: string[] = [];
  let count = 0;
  for (const given of buttons) {
    let row: KeyboardRow = [];
    for (const button of given) {
      const text = plainLine(button.text, LONGEST_TEXT) ?? plainLine(button.url, LONGEST_TEXT);
      if (text === undefined) continue;
      const url = button.url === undefined ? undefined : linkOf(button.url);
      if (count === MAX_BUTTONS || (button.url !== undefined && url === undefined)) {
        const address = plainLine(button.url, 2048);
        lines.push(address === undefined || address === text ? text : `${text}: ${address}`);
        continue;
      }
      if (row.length === MAX_ROW) {
        rows.push(row);
        row = [];
      }
      row.push(
        url === undefined
          ? { text, callback_data: dataOf(text, button.callbackData, count) }
          : { text, url },
      );
      count += 1;
    }
    if (row.length > 0) rows.push(row);
  }
  return { rows, lines };
}

/** What somebody said by pressing a button. A client can make up any data; it says no more than a text could. */
export function pressedButton(
  data: string | undefined,
  keyboard: readonly (readonly { text?: string; callback_data?: string }[])[] = [],
): { text: string; callbackData?: string } {
  const pressed = keyboard.flat().find((button) => button.callback_data === data);
  const { text, callbackData } = readData(data ?? '');
  return {
    text:
      plainLine(pressed?.text, LONGEST_TEXT) ??
      plainLine(text, LONGEST_TEXT) ??
      plainLine(callbackData, LONGEST_TEXT) ??
      '…',
    ...(isPlain(callbackData) && { callbackData }),
  };
}

function readData(data: string): { text?: string; callbackData?: string } {
  const rest = data.slice(1);
  if (data.startsWith(FORMS.text)) return { text: rest };
  if (data.startsWith(FORMS.callbackData)) return { callbackData: rest };
  if (data.startsWith(FORMS.place) && /^\d+$/.test(rest)) return {};
  const [head, length] = BOTH.exec(data) ?? [];
  if (head === undefined) return { callbackData: data };
  const end = head.length + Number(length);
  return { text: data.slice(end), callbackData: data.slice(head.length, end) };
}

/** Whether data can be stored and sent on as it is. */
function isPlain(data: string | undefined): data is string {
  return data !== undefined && data.isWellFormed() && !/\p{Cc}/u.test(data);
}

function dataOf(text: string, callbackData: string | undefined, count: number): string {
  const candidates =
    callbackData === undefined
      ? [FORMS.text + text]
      : [
          `${FORMS.both}${callbackData.length}:${callbackData}${text}`,
          FORMS.callbackData + callbackData,
        ];
  const fitting = candidates.find(
    (data) => isPlain(data) && Buffer.byteLength(data) <= MAX_DATA_BYTES,
  );
  return fitting ?? FORMS.place + count;
}

/** The address of a button, if Telegram takes it: it refuses a whole message for one that it does not. */
function linkOf(text: string): string | undefined {
  const url = URL.parse(text.trim());
  if (url === null || url.href.length > 2048) return undefined;
  if (url.protocol === 'tg:') return url.href;
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  return isWeb && url.hostname.includes('.') ? url.href : undefined;
}
