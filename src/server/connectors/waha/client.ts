import { z } from 'zod';
import type { Tools } from '../connector.ts';
import { type JsonAnswer, notUnderstood, optionalText, readAs, refused } from '../http.ts';
import { OperatorServer } from '../operator-server.ts';
import { configFor, type SessionConfig, sessionConfig } from './webhook.ts';

const sessionInfo = z.object({
  status: z.string(),
  me: z.object({ id: optionalText, pushName: optionalText }).optional().catch(undefined),
  config: sessionConfig.optional().catch(undefined),
  engine: z.object({ state: optionalText }).optional().catch(undefined),
});

/** A QR code holds no more than this. */
const rawCode = z.object({ value: z.string().max(2_000).optional().catch(undefined) });

const pairing = z.object({ code: z.string().regex(/^[A-Za-z0-9-]{1,32}$/) });

export type WahaSessionInfo = z.output<typeof sessionInfo>;

/**
 * The calls to a WAHA server that a sign-in needs.
 *
 * Every method throws ConnectorError: `misconfigured` when the server refuses the operator's key or
 * we do not understand its answer, `rate_limited`, `unavailable`.
 *
 * @see https://waha.devlike.pro/docs/how-to/sessions/
 */
export class WahaClient {
  readonly #server: OperatorServer;
  readonly #apiKey: string;

  constructor({ url, apiKey }: { url: string; apiKey: string }) {
    this.#server = new OperatorServer({
      url,
      headers: { 'x-api-key': apiKey },
      keyRefusedBy: [401, 403],
    });
    this.#apiKey = apiKey;
  }

  /** Creates and starts a session. `name` has at most 54 characters. */
  async create(tools: Tools, name: string): Promise<void> {
    const answer = await this.#server.call(tools, {
      method: 'POST',
      path: '/api/sessions',
      // `start` is explicit because the documented default and the real one differ.
      json: { name, start: true, config: configFor(tools) },
    });
    if (answer.status >= 400) {
      // 422: the free edition serves one session only, called `default`.
      const secrets = [this.#apiKey, tools.webhook?.secret];
      throw refused('misconfigured', { text: textOf(answer), secrets });
    }
  }

  async find(tools: Tools, name: string): Promise<WahaSessionInfo | undefined> {
    const answer = await this.#server.call(tools, { path: `/api/sessions/${name}` });
    if (answer.status === 404) return undefined;
    if (answer.status >= 400) throw notUnderstood(`waha session: status ${answer.status}`);
    return readAs(sessionInfo, answer.json);
  }

  /** Raw text of the present code; `undefined` when the session has just left that state. */
  async findCode(tools: Tools, name: string): Promise<string | undefined> {
    const answer = await this.#server.call(tools, { path: `/api/${name}/auth/qr?format=raw` });
    if (answer.status >= 400) return undefined;
    return readAs(rawCode, answer.json).value || undefined;
  }

  /** @throws ConnectorError also `rejected`, field `phone` */
  async requestCode(tools: Tools, name: string, phone: string): Promise<string> {
    const answer = await this.#server.call(tools, {
      method: 'POST',
      path: `/api/${name}/auth/request-code`,
      json: { phoneNumber: phone },
    });
    if (answer.status >= 400) {
      throw refused('rejected', { field: 'phone', text: textOf(answer), secrets: [this.#apiKey] });
    }
    return readAs(pairing, answer.json).code;
  }

  /**
   * Sets our webhook and leaves the other settings as they are. WAHA restarts a running session for that, without a
   * new sign-in.
   */
  async configure(tools: Tools, name: string, present: SessionConfig | undefined): Promise<void> {
    const answer = await this.#server.call(tools, {
      method: 'PUT',
      path: `/api/sessions/${name}`,
      json: { config: configFor(tools, present) },
    });
    if (answer.status >= 400) throw notUnderstood(`waha update: status ${answer.status}`);
  }

  /** Stops, logs out and forgets the session; one that does not exist is fine. */
  async remove(tools: Tools, name: string, deadlineMs?: number): Promise<void> {
    const path = `/api/sessions/${name}`;
    const answer = await this.#server.call(tools, { method: 'DELETE', path, deadlineMs });
    if (answer.status >= 400 && answer.status !== 404) {
      throw notUnderstood(`waha delete: status ${answer.status}`);
    }
  }
}

/** WAHA's errors: `{ statusCode, message: string | string[], error }`. */
function textOf(answer: JsonAnswer): unknown {
  return (answer.json as { message?: unknown } | undefined)?.message;
}
