import type { IncomingMessage, ServerResponse } from 'node:http';
import { Query } from './query.ts';

/** An answer, held back until the handler has run so that faults can apply to it. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

/** Which of the emulated machines a request is meant for. */
export interface RequestHost {
  /** Lower case, without port. */
  name: string;
  kind: string;
}

/** A request, as far as it is known when its route is looked for. */
export interface Arrival<Host extends RequestHost = RequestHost> {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  host: Host;
  body: Buffer;
}

/** One HTTP request and its answer, as a route's handler sees them. */
export class HttpExchange<Host extends RequestHost = RequestHost> {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  /** Path and query; the origin is the Host header's. */
  readonly url: URL;
  readonly host: Host;
  /** Exact bytes received; empty where the route reads the request itself. */
  body: Buffer;
  /** Values of the `:name` parts of the route's path, decoded; `*` holds the rest. */
  params: Record<string, string> = {};
  answer: Answer | undefined;
  #nested: Query | undefined;

  constructor({ request, response, url, host, body }: Arrival<Host>) {
    this.request = request;
    this.response = response;
    this.method = request.method ?? 'GET';
    this.url = url;
    this.host = host;
    this.body = body;
  }

  /** The header's value, or an empty string. */
  header(name: string): string {
    const value = this.request.headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : (value ?? '');
  }

  query(name: string): string | undefined {
    return this.url.searchParams.get(name) ?? undefined;
  }

  /** The query with its brackets: lists, filters, ranges. */
  get nested(): Query {
    this.#nested ??= new Query(this.url.searchParams);
    return this.#nested;
  }

  /** A path parameter of the route's pattern. */
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

  /** The JSON body; undefined if it is not JSON. */
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
