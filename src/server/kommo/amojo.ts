import { z } from 'zod';
import type { Tld } from './account-host.ts';
import { AMOJO_CONTENT_TYPE, amojoDate, amojoSignature, contentMd5 } from './amojo-signature.ts';
import { type KommoAnswer, readAnswer } from './answers.ts';
import { isKommoError } from './errors.ts';
import type { Transport } from './transport.ts';

/** The chat API follows the platform, not the account; amocrm.com accounts are served by Kommo's. */
const HOSTS: Record<Tld, string> = {
  'kommo.com': 'amojo.kommo.com',
  'amocrm.com': 'amojo.kommo.com',
  'amocrm.ru': 'amojo.amocrm.ru',
};

const ROOT = '/v2/origin/custom';

const connection = z.object({ scope_id: z.string().min(1).max(255) });

/** Kommo's chat API, as far as connecting the registered channel to accounts goes. */
export class Amojo {
  readonly #transport: Transport;
  readonly #channel: { id: string; secret: string; title: string };
  readonly #now: () => Date;

  constructor(options: {
    transport: Transport;
    channelId: string;
    channelSecret: string;
    /** Name of the channel in the account. */
    channelTitle: string;
    now: () => Date;
  }) {
    this.#transport = options.transport;
    this.#channel = {
      id: options.channelId,
      secret: options.channelSecret,
      title: options.channelTitle,
    };
    this.#now = options.now;
  }

  /**
   * Connects the channel to an account, or finds it connected.
   *
   * @param amojoId - the account's id in the chat API
   * @returns the scope id
   * @throws KommoError with `api` `amojo`: `forbidden` (channel secret or our clock is wrong), `not_found`
   *   (no such channel), `rejected` (also: a private channel that does not admit the account)
   * @see https://developers.kommo.com/reference/connect-channel
   */
  async connect(tld: Tld, amojoId: string): Promise<string> {
    try {
      return await this.#connect(tld, amojoId);
    } catch (error) {
      if (!isKommoError(error, 'rejected')) throw error;
      // Whether connecting twice is an error is not documented. After a lost answer the channel may be
      // connected already, so it is taken off and connected anew before the refusal counts.
      await this.disconnect(tld, amojoId);
      return await this.#connect(tld, amojoId);
    }
  }

  /** Takes the channel off an account; one that is not connected is no error. @throws KommoError */
  async disconnect(tld: Tld, amojoId: string): Promise<void> {
    try {
      await this.#send(tld, 'DELETE', 'disconnect', { account_id: amojoId });
    } catch (error) {
      if (!isKommoError(error, 'not_found') && !isKommoError(error, 'rejected')) throw error;
    }
  }

  async #connect(tld: Tld, amojoId: string): Promise<string> {
    const answer = await this.#send(tld, 'POST', 'connect', {
      account_id: amojoId,
      title: this.#channel.title,
      hook_api_version: 'v2',
    });
    return readAnswer(answer, connection, 'amojo').scope_id;
  }

  async #send(
    tld: Tld,
    method: 'POST' | 'DELETE',
    action: string,
    json: object,
  ): Promise<KommoAnswer> {
    const path = `${ROOT}/${encodeURIComponent(this.#channel.id)}/${action}`;
    const body = JSON.stringify(json);
    const date = amojoDate(this.#now());
    const signed = { method, path, body, date };
    return await this.#transport.request({
      api: 'amojo',
      method,
      host: HOSTS[tld],
      path,
      headers: {
        date,
        'content-type': AMOJO_CONTENT_TYPE,
        'content-md5': contentMd5(body),
        'x-signature': amojoSignature(this.#channel.secret, signed),
      },
      body,
      // Kommo counts the chat API apart from the REST API.
      urgency: 'unmetered',
    });
  }
}
