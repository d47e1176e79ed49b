import { z } from 'zod';
import type { Tools } from './connector.ts';
import { type JsonAnswer, notUnderstood, optionalText, readAs, refused } from './http.ts';
import { OperatorServer } from './operator-server.ts';

/** The header that carries our secret: Evolution does not sign its events, but repeats headers it was given. */
export const SECRET_HEADER = 'x-webhook-secret';

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

/**
 * The calls to Evolution API version 2 that a sign-in needs.
 *
 * Every method throws ConnectorError: `misconfigured` when the server refuses the operator's key or
 * we do not understand its answer, `rate_limited`, `unavailable`.
 *
 * @see https://doc.evolution-api.com/v2/api-reference/get-information
 */
export class EvolutionClient {
  readonly #server: OperatorServer;
  readonly #apiKey: string;

  /** @param settings.apiKey the server's global key */
  constructor({ url, apiKey }: { url: string; apiKey: string }) {
    this.#server = new OperatorServer({
      url,
      headers: { apikey: apiKey },
      keyRefusedBy: [401],
    });
    this.#apiKey = apiKey;
  }

  async create(tools: Tools, name: string): Promise<void> {
    const answer = await this.#server.call(tools, {
      method: 'POST',
      path: '/instance/create',
      json: {
        instanceName: name,
        integration: 'WHATSAPP-BAILEYS',
        qrcode: true,
        ...(tools.webhook && { webhook: webhookOf(tools.webhook) }),
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

  async setWebhook(
    tools: Tools,
    name: string,
    webhook: { url: string; secret: string },
  ): Promise<void> {
    const answer = await this.#server.call(tools, {
      method: 'POST',
      path: `/webhook/set/${name}`,
      json: { webhook: webhookOf(webhook) },
    });
    if (answer.status >= 400) throw notUnderstood(`evolution webhook: status ${answer.status}`);
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

function webhookOf(webhook: { url: string; secret: string }): object {
  return {
    enabled: true,
    url: webhook.url,
    headers: { [SECRET_HEADER]: webhook.secret },
    byEvents: false,
    base64: false,
    events: ['CONNECTION_UPDATE'],
  };
}

/** Evolution's errors: `{ response: { message: string | string[] } }`. */
function textOf(answer: JsonAnswer): unknown {
  return (answer.json as { response?: { message?: unknown } } | undefined)?.response?.message;
}
