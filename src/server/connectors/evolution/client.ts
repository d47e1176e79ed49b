import { z } from 'zod';
import type { Tools } from '../connector.ts';
import {
  type JsonAnswer,
  type JsonRequest,
  notUnderstood,
  optionalText,
  readAs,
  refused,
} from '../http.ts';
import { OperatorServer } from '../operator-server.ts';
import {
  isCurrent,
  SETTINGS,
  STATE_EVENTS,
  storedWebhook,
  type Webhook,
  webhookOf,
} from './webhook.ts';

const connection = z.object({ instance: z.object({ state: optionalText }) });

const codes = z.object({
  /** A QR code holds no more than this. */
  code: z.string().max(2_000).optional().catch(undefined),
  pairingCode: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,32}$/)
    .optional()
    .catch(undefined),
});
export type EvolutionCodes = z.output<typeof codes>;

const instances = z.array(
  z.object({
    name: optionalText,
    ownerJid: optionalText,
    profileName: optionalText,
    profilePicUrl: optionalText,
  }),
);
export type EvolutionInstance = z.output<typeof instances>[number];

/** Which server, and with which key. */
export interface EvolutionServer {
  /** Without a trailing slash. */
  url: string;
  /** The server's global key. */
  apiKey: string;
}

/**
 * The calls to Evolution API version 2 that may be repeated.
 *
 * Every method throws ConnectorError: `misconfigured` when the server refuses the operator's key or
 * we do not understand its answer, `rate_limited`, `unavailable`.
 *
 * @see https://doc.evolution-api.com/v2/api-reference/get-information
 */
export class EvolutionClient {
  readonly #server: OperatorServer;
  readonly #apiKey: string;

  constructor({ url, apiKey }: EvolutionServer) {
    this.#server = new OperatorServer({
      url,
      headers: { apikey: apiKey },
      keyRefusedBy: [401],
    });
    this.#apiKey = apiKey;
  }

  /** Any other call; a refusal is left to the caller. */
  async call(
    tools: Tools,
    request: Omit<JsonRequest, 'url' | 'headers'> & { path: string },
  ): Promise<JsonAnswer> {
    return await this.#server.call(tools, request);
  }

  async create(tools: Tools, name: string): Promise<void> {
    const answer = await this.#server.call(tools, {
      method: 'POST',
      path: '/instance/create',
      json: {
        instanceName: name,
        integration: 'WHATSAPP-BAILEYS',
        qrcode: true,
        ...SETTINGS,
        ...(tools.webhook && { webhook: webhookOf(tools.webhook, STATE_EVENTS) }),
      },
    });
    if (answer.status >= 400) {
      const secrets = [this.#apiKey, tools.webhook?.secret];
      throw refused('misconfigured', { text: textOf(answer), secrets });
    }
  }

  /** `open`, `connecting`, `close`; `undefined` when the server does not know the instance. */
  async findState(tools: Tools, name: string): Promise<string | undefined> {
    const answer = await this.#server.call(tools, { path: `/instance/connectionState/${name}` });
    if (answer.status === 404) return undefined;
    if (answer.status >= 400) throw notUnderstood(`evolution state: status ${answer.status}`);
    return readAs(connection, answer.json).instance.state ?? 'close';
  }

  /**
   * The present code, and with a phone number a pairing code too. Starts a connection that is closed.
   *
   * @throws ConnectorError also `rejected`, field `phone`
   */
  async connect(tools: Tools, name: string, phone?: string): Promise<EvolutionCodes> {
    const query = phone === undefined ? '' : `?number=${encodeURIComponent(phone)}`;
    const answer = await this.#server.call(tools, { path: `/instance/connect/${name}${query}` });
    if (answer.status >= 400) {
      if (phone === undefined) throw notUnderstood(`evolution connect: status ${answer.status}`);
      throw refused('rejected', { field: 'phone', text: textOf(answer), secrets: [this.#apiKey] });
    }
    return readAs(codes, answer.json);
  }

  async findInstance(tools: Tools, name: string): Promise<EvolutionInstance | undefined> {
    const answer = await this.#server.call(tools, {
      path: `/instance/fetchInstances?instanceName=${name}`,
    });
    if (answer.status >= 400) throw notUnderstood(`evolution instance: status ${answer.status}`);
    // Checked, because a server that ignores the filter would show another customer's number.
    return readAs(instances, answer.json).find((instance) => instance.name === name);
  }

  async setWebhook(tools: Tools, name: string, webhook: Webhook): Promise<void> {
    const answer = await this.#server.call(tools, {
      method: 'POST',
      path: `/webhook/set/${name}`,
      json: { webhook: webhookOf(webhook) },
    });
    if (answer.status >= 400) throw notUnderstood(`evolution webhook: status ${answer.status}`);
    // With other settings it still carries what it does, so a refusal is no reason to stop.
    await this.#server.call(tools, {
      method: 'POST',
      path: `/settings/set/${name}`,
      json: SETTINGS,
    });
  }

  /** Asks again for events that an instance of an older version never asked for. All that is needed is at hand. */
  async renewWebhook(tools: Tools, name: string, webhook: Webhook): Promise<void> {
    const answer = await this.#server.call(tools, { path: `/webhook/find/${name}` });
    if (answer.status >= 400) throw notUnderstood(`evolution webhook: status ${answer.status}`);
    const stored = storedWebhook.nullable().catch(null).parse(answer.json);
    if (stored === null || !isCurrent(stored, webhook)) await this.setWebhook(tools, name, webhook);
  }

  /** Ends the session on the phone. Evolution answers 400 when none is open, which serves as well. */
  async logout(tools: Tools, name: string, deadlineMs?: number): Promise<void> {
    await this.#server.call(tools, {
      method: 'DELETE',
      path: `/instance/logout/${name}`,
      deadlineMs,
    });
  }

  /** Logs out and forgets the instance; one that does not exist is fine. */
  async remove(tools: Tools, name: string, deadlineMs?: number): Promise<void> {
    await this.logout(tools, name, deadlineMs);
    const path = `/instance/delete/${name}`;
    const answer = await this.#server.call(tools, { method: 'DELETE', path, deadlineMs });
    if (answer.status >= 400 && answer.status !== 404) {
      throw notUnderstood(`evolution delete: status ${answer.status}`);
    }
  }
}

/** Evolution's errors: `{ response: { message: string | string[] } }`. */
function textOf(answer: JsonAnswer): unknown {
  return (answer.json as { response?: { message?: unknown } } | undefined)?.response?.message;
}
