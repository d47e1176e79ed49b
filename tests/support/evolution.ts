import type { Emulator } from '../../src/emulator/emulator.ts';
import { EVOLUTION_API_KEY } from '../../src/emulator/services/evolution.ts';
import { call, type Listener, type Reply } from './emulator-client.ts';
import { waitFor } from './wait-for.ts';

export const BUSINESS = '5511987654321';
export const BEATRIZ = { phone: '5511955550101', name: 'Beatriz' };

/** An event as it arrives at a webhook. */
export interface EvolutionEvent {
  event: string;
  instance: string;
  // biome-ignore lint/suspicious/noExplicitAny: each event has data of its own
  data: any;
  [name: string]: unknown;
}

const HOST = '127.0.0.1';

/** Evolution API's double, as its clients and its people use it. */
export function evolutionServer(emulator: Emulator, instance = 'shop') {
  const ask = (
    method: string,
    path: string,
    json?: object,
    key: string = EVOLUTION_API_KEY,
  ): Promise<Reply> =>
    call(emulator, `/__services/evolution${path}`, {
      method,
      host: HOST,
      headers: { apikey: key },
      ...(json !== undefined && { json }),
    });
  const control = async (path: string, json?: object): Promise<unknown> => {
    const reply = await call(emulator, `/__emulator/services/${path}`, {
      host: HOST,
      ...(json !== undefined && { json }),
    });
    if (reply.status !== 200) throw new Error(reply.text);
    return reply.json;
  };
  return {
    ask,
    control,
    /** Makes the instance and has the business number scan its code. */
    async link(settings: object = {}): Promise<Reply> {
      const made = await ask('POST', '/instance/create', {
        instanceName: instance,
        integration: 'WHATSAPP-BAILEYS',
        ...settings,
      });
      emulator.advance(200);
      await call(emulator, '/__services/phone', {
        host: HOST,
        json: { service: 'evolution', session: instance, change: 'scan', number: BUSINESS },
      });
      emulator.advance(1_000);
      return made;
    },
    setWebhook: (webhook: object): Promise<Reply> =>
      ask('POST', `/webhook/set/${instance}`, {
        webhook: { enabled: true, events: [], ...webhook },
      }),
    /** A method under `/message/`. */
    send: (method: string, json: object): Promise<Reply> =>
      ask('POST', `/message/${method}/${instance}`, json),
    /** What a client, or the business on its own phone, does on the network. */
    act: async (act: string, json: object = {}) =>
      (await control(`whatsapp/${act}`, { line: BUSINESS, client: BEATRIZ, ...json })) as {
        message_id: string;
        chat: string;
      },
    /** The messages of the chat with a client, or of a group. */
    chat: async (client = BEATRIZ.phone, chat?: string) =>
      (await control(
        `whatsapp/chat?line=${BUSINESS}&client=${client}${chat === undefined ? '' : `&chat=${chat}`}`,
      )) as { messages: Record<string, unknown>[]; own_presence: string | null },
  };
}

/** The events of one kind that arrived, oldest first; waits until there are so many. */
export async function eventsOf(
  { received }: Listener,
  event: string,
  count = 1,
): Promise<EvolutionEvent[]> {
  const look = () =>
    received
      .map(({ body }) => JSON.parse(body) as EvolutionEvent)
      .filter((one) => one.event === event);
  return await waitFor(() => {
    const found = look();
    return found.length >= count ? found : undefined;
  });
}
