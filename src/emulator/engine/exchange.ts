import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Account } from '../kommo/entities.ts';
import type { EmulatedHost } from '../kommo/hosts.ts';
import type { World } from '../kommo/world.ts';

/** An answer, held back until the whole handler ran so that faults can be applied to it. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

/** One HTTP request and its answer, as a route's handler sees them. */
export class Exchange {
  readonly world: World;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  /** Path and query; the origin is the Host header's. */
  readonly url: URL;
  readonly host: EmulatedHost;
  /** Exact bytes received. */
  readonly body: Buffer;
  /** Values of the `:name` parts of the route's path, decoded; `*` holds the rest. */
  params: Record<string, string> = {};
  answer: Answer | undefined;

  constructor(parts: {
    world: World;
    request: IncomingMessage;
    response: ServerResponse;
    url: URL;
    host: EmulatedHost;
    body: Buffer;
  }) {
    this.world = parts.world;
    this.request = parts.request;
    this.response = parts.response;
    this.method = parts.request.method ?? 'GET';
    this.url = parts.url;
    this.host = parts.host;
    this.body = parts.body;
  }

  /** The account this host belongs to, by its present name. */
  get account(): Account | undefined {
    return this.world.accountOfHost(this.host);
  }

  /** The header's value, or an empty text. */
  header(name: string): string {
    const value = this.request.headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : (value ?? '');
  }

  query(name: string): string | undefined {
    return this.url.searchParams.get(name) ?? undefined;
  }

  /** A path parameter the route's pattern is known to have. */
  param(name: string): string {
    return this.params[name] ?? '';
  }

  cookie(name: string): string | undefined {
    for (const pair of this.header('cookie').split(';')) {
      const [key, ...value] = pair.trim().split('=');
      if (key === name) return decodeURIComponent(value.join('='));
    }
    return undefined;
  }

  text(): string {
    return this.body.toString('utf8');
  }

  /** The JSON body; undefined when it is none. */
  json(): unknown {
    try {
      return JSON.parse(this.text());
    } catch {
      return undefined;
    }
  }

  /** The JSON body's properties, or a form-encoded body's fields; an empty object for anything else. */
  fields(): Record<string, unknown> {
    if (this.header('content-type').startsWith('application/x-www-form-urlencoded')) {
      return Object.fromEntries(new URLSearchParams(this.text()));
    }
    const value = this.json();
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  }

  /** Sets the answer; the last call counts. */
  send(
    status: number,
    body: string | Buffer = '',
    headers: Record<string, string | string[]> = {},
  ): void {
    this.answer = { status, headers, body: typeof body === 'string' ? Buffer.from(body) : body };
  }

  sendJson(
    status: number,
    value: unknown,
    contentType = 'application/json',
    headers: Record<string, string | string[]> = {},
  ): void {
    this.send(status, JSON.stringify(value), { 'content-type': contentType, ...headers });
  }

  sendHtml(status: number, html: string, headers: Record<string, string | string[]> = {}): void {
    this.send(status, html, { 'content-type': 'text/html; charset=utf-8', ...headers });
  }

  redirect(location: string): void {
    this.send(302, '', { location });
  }
}
