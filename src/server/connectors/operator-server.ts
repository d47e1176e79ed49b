import { ConnectorError, type Tools } from './connector.ts';
import { type JsonAnswer, type JsonRequest, sendJson } from './http.ts';

interface Settings {
  /** Address of the server, without a trailing slash. */
  url: string;
  /** Carries the server's key. */
  headers: Record<string, string>;
  /** Statuses with which the server refuses the key. */
  keyRefusedBy: readonly number[];
}

/** A server the operator runs. Only the operator can correct its key, so a refused key is `misconfigured`. */
export class OperatorServer {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /**
   * Sends one request; a refusal is left to the caller.
   *
   * @throws ConnectorError `misconfigured` when the server refuses the key, `rate_limited`, `unavailable`
   */
  async call(
    tools: Tools,
    request: Omit<JsonRequest, 'url' | 'headers'> & { path: string },
  ): Promise<JsonAnswer> {
    const { url, headers, keyRefusedBy } = this.#settings;
    const { path, ...rest } = request;
    const answer = await sendJson(tools.send, { ...rest, url: url + path, headers });
    if (keyRefusedBy.includes(answer.status)) throw new ConnectorError('misconfigured');
    return answer;
  }
}
