import { z } from 'zod';
import type { Tools } from '../connector.ts';
import { type JsonAnswer, notUnderstood, optionalText, readAs, refused } from '../http.ts';
import { OperatorServer } from '../operator-server.ts';
import { maybe } from '../whatsapp/proto-shape.ts';
import { type MessageKey, messageKey } from './event.ts';
import { isCurrent, SETTINGS, storedWebhook, type Webhook, webhookOf } from './webhook.ts';

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

const numbers = z.array(z.object({ jid: optionalText }));

const contacts = z.array(maybe(z.object({ remoteJid: optionalText, pushName: optionalText })));
const group = z.object({ subject: optionalText });

/** Records may hold small pictures, so few are asked for. */
const MOST_KEYS = 3;

const keptMessages = z.object({
  messages: z.object({ records: z.array(maybe(z.object({ key: maybe(messageKey) }))) }),
});

/** An answer must not wait long for what is only a courtesy. */
const SEEN_MS = 3_000;

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

  async create(tools: Tools, name: string): Promise<void> {
    const answer = await this.#server.call(tools, {
      method: 'POST',
      path: '/instance/create',
      json: {
        instanceName: name,
        integration: 'WHATSAPP-BAILEYS',
        qrcode: true,
        ...SETTINGS,
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

  /**
   * A phone's id of somebody, as the server knows it: the number of a hidden id, where it has seen both. Numbers that
   * are not on WhatsApp, and hidden ids it knows nothing of, come back as they are.
   */
  async findJid(tools: Tools, name: string, jid: string): Promise<string | undefined> {
    const answer = await this.#server.call(tools, {
      method: 'POST',
      path: `/chat/whatsappNumbers/${name}`,
      json: { numbers: [jid] },
    });
    return numbers.safeParse(answer.json).data?.[0]?.jid;
  }

  /** The keys of the newest messages the server has kept that fit, such as those of a chat. */
  async findKeys(
    tools: Tools,
    name: string,
    key: { id: string } | { remoteJid: string },
  ): Promise<MessageKey[]> {
    const answer = await this.#server.call(tools, {
      method: 'POST',
      path: `/chat/findMessages/${name}`,
      // `offset` is how many it answers with.
      json: { where: { key }, page: 1, offset: MOST_KEYS },
    });
    const found = keptMessages.safeParse(answer.json).data?.messages.records ?? [];
    return found.flatMap((record) => record?.key ?? []);
  }

  /** What somebody is called in WhatsApp, as far as the server has heard. */
  async findContactName(tools: Tools, name: string, jid: string): Promise<string | undefined> {
    const answer = await this.#server.call(tools, {
      method: 'POST',
      path: `/chat/findContacts/${name}`,
      json: { where: { remoteJid: jid } },
    });
    // Checked, because a server that ignores the filter would name somebody else.
    const found = contacts.safeParse(answer.json).data ?? [];
    return found.find((contact) => contact?.remoteJid === jid)?.pushName;
  }

  async findGroupName(tools: Tools, name: string, jid: string): Promise<string | undefined> {
    const path = `/group/findGroupInfos/${name}?groupJid=${encodeURIComponent(jid)}`;
    const answer = await this.#server.call(tools, { path });
    return group.safeParse(answer.json).data?.subject;
  }

  /** Shows the sender that a message was seen. */
  async markSeen(
    tools: Tools,
    name: string,
    message: { remoteJid: string; id: string },
  ): Promise<void> {
    await this.#server.call(tools, {
      method: 'POST',
      path: `/chat/markMessageAsRead/${name}`,
      json: { readMessages: [{ ...message, fromMe: false }] },
      deadlineMs: SEEN_MS,
    });
  }

  /** Shows somebody for `delayMs` that the account is writing. The server answers when that time is over. */
  async showWriting(tools: Tools, name: string, jid: string, delayMs: number): Promise<void> {
    await this.#server.call(tools, {
      method: 'POST',
      path: `/chat/sendPresence/${name}`,
      json: { number: jid, presence: 'composing', delay: delayMs },
      deadlineMs: delayMs + 5_000,
    });
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
