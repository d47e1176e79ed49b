import { Pool } from 'undici';

const CONNECTIONS = 16;

export interface LoadRequest {
  /** Default GET. */
  method?: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Asks one server as fast as it answers, over 16 connections. */
export class Load {
  readonly #pool: Pool;
  readonly #status: number;
  readonly #request: (index: number) => LoadRequest;
  #next = 0;

  /** @param request the one of this index, which counts on from run to run */
  constructor(url: string, request: (index: number) => LoadRequest, status = 200) {
    this.#pool = new Pool(url, { connections: CONNECTIONS });
    this.#request = request;
    this.#status = status;
  }

  /** @returns answers a second. @throws when one has another status */
  async run(milliseconds: number): Promise<number> {
    const began = performance.now();
    let answers = 0;
    await this.#work(() => {
      if (performance.now() - began >= milliseconds) return false;
      answers += 1;
      return true;
    });
    return (answers * 1000) / (performance.now() - began);
  }

  /** Sends so many and no more. @returns answers a second. @throws when one has another status */
  async send(count: number): Promise<number> {
    const began = performance.now();
    let left = count;
    await this.#work(() => {
      left -= 1;
      return left >= 0;
    });
    return (count * 1000) / (performance.now() - began);
  }

  async #work(goesOn: () => boolean): Promise<void> {
    const work = async () => {
      while (goesOn()) await this.#ask();
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, work));
  }

  async #ask(): Promise<void> {
    const request = { method: 'GET' as const, ...this.#request(this.#next) };
    this.#next += 1;
    const { statusCode, body } = await this.#pool.request(request);
    const text = await body.text();
    if (statusCode !== this.#status) throw new Error(`${request.path}: ${statusCode} ${text}`);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
