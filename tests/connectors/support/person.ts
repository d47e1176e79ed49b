import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Page {
  status: number;
  location: string | undefined;
  body: string;
}

/** A browser in small: follows nothing by itself, keeps cookies, takes every `*.localhost` for this machine. */
export class Person {
  readonly #cookies = new Map<string, string>();
  readonly #authorization: string | undefined;

  /** @param authorization sent with every request, for somebody who is a program */
  constructor(authorization?: string) {
    this.#authorization = authorization;
  }

  open(address: string | URL): Promise<Page> {
    return this.#ask('GET', new URL(address));
  }

  submit(address: string | URL, fields: Record<string, string>): Promise<Page> {
    return this.#ask('POST', new URL(address), new URLSearchParams(fields).toString());
  }

  /** Goes on as long as pages redirect, but not beyond `stopAt`; returns where it ended. */
  async follow(address: string | URL, stopAt: string): Promise<{ address: URL; page?: Page }> {
    let url = new URL(address);
    for (let hop = 0; hop < 10; hop++) {
      if (url.href.startsWith(stopAt)) return { address: url };
      const page = await this.open(url);
      if (page.location === undefined) return { address: url, page };
      url = new URL(page.location, url);
    }
    throw new Error('too many redirects');
  }

  async #ask(method: string, url: URL, body?: string): Promise<Page> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers: Record<string, string> = { host: url.host, cookie };
    if (this.#authorization !== undefined) headers.authorization = this.#authorization;
    if (body !== undefined) headers['content-type'] = 'application/x-www-form-urlencoded';
    const sent = request({
      host: '127.0.0.1',
      port: url.port,
      path: `${url.pathname}${url.search}`,
      method,
      headers,
    });
    sent.end(body);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve);
      sent.once('error', reject);
    });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.#cookies.set(name, value);
    }
    const { statusCode: status = 0, headers: given } = answer;
    return { status, location: given.location, body: await text(answer) };
  }
}
