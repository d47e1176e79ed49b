import type { IncomingHttpHeaders } from 'node:http';
import { type Match, matches } from './match.ts';

/** A request the emulator received, answered or not. Holds secrets: never print it. */
export interface RecordedRequest {
  id: number;
  /** The emulator's clock when the last byte arrived, in milliseconds. */
  at: number;
  /** Real time since the emulator started, in milliseconds; rates are measured with it. */
  elapsedMs: number;
  method: string;
  host: string;
  path: string;
  /** With the leading `?`, or empty. */
  query: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** Undefined while unanswered, and for a connection that was cut. */
  status: number | undefined;
  /** The scripted fault that hit it. */
  fault: string | undefined;
}

/** Most requests kept; the oldest go first. */
const KEPT = 20_000;

export class Recorder {
  #requests: RecordedRequest[] = [];
  #nextId = 1;
  #started = performance.now();

  add(request: Omit<RecordedRequest, 'id' | 'elapsedMs' | 'status' | 'fault'>): RecordedRequest {
    const recorded = {
      ...request,
      id: this.#nextId++,
      elapsedMs: Math.round((performance.now() - this.#started) * 1000) / 1000,
      status: undefined,
      fault: undefined,
    };
    this.#requests.push(recorded);
    if (this.#requests.length > KEPT) this.#requests.shift();
    return recorded;
  }

  list(filter: Match = {}): RecordedRequest[] {
    return this.#requests.filter((request) => matches(filter, request));
  }

  clear(): void {
    this.#requests = [];
  }
}
