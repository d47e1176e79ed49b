import type { Emulator } from '../../src/emulator/emulator.ts';
import { call, type Reply } from './emulator-client.ts';

export const SUPPORT_TOKEN = '7000000001:AAEmulatedBotTokenSupport00000000001';
export const SALES_TOKEN = '7000000002:AAEmulatedBotTokenSales0000000000002';

export const ANA = { id: 555, first_name: 'Ana', username: 'ana_mail', language_code: 'es' };

/** What a control act returns: see `Done` of the double. */
export interface Done {
  chat_id: number;
  message_id: number;
  update_id: number | null;
  message_ids?: number[];
  update_ids?: number[];
  query_id?: string;
  files?: { file_id: string; name: string; size: number; sha256: string | null }[];
}

/** Plays the clients of a bot, by the emulator's remote control. */
export function telegramClient(emulator: Emulator, token = SUPPORT_TOKEN) {
  const path = (act: string) => `/__emulator/services/telegram/${act}`;
  const host = '127.0.0.1';
  const post = (act: string, json: object) => call(emulator, path(act), { host, json });
  return {
    post,
    get: async (what: string) => (await call(emulator, path(what), { host })).json,
    /** @throws Error when the double refuses the act */
    act: async (act: string, json: object): Promise<Done> => {
      const reply = await post(act, { bot: token, client: ANA, ...json });
      if (reply.status !== 200) throw new Error(reply.text);
      return reply.json as Done;
    },
    /** A Bot API method, with JSON. */
    bot: (method: string, json: object = {}): Promise<Reply> =>
      call(emulator, `/__services/telegram/bot${token}/${method}`, { host, json }),
    /** The same with a form that holds files. */
    upload: async (method: string, form: FormData): Promise<{ status: number; json: unknown }> => {
      const url = `${emulator.url}/__services/telegram/bot${token}/${method}`;
      const response = await fetch(url, { method: 'POST', body: form });
      return { status: response.status, json: await response.json() };
    },
  };
}

/** `{ok: false}` in Telegram's words. */
export function refusal(error_code: number, description: string, parameters?: object) {
  return { ok: false, error_code, description, ...(parameters && { parameters }) };
}
