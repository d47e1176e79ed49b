import { inspect } from 'node:util';
import type { Tools } from '../../../src/server/connectors/connector.ts';
import { createOutbound } from '../../../src/server/platform/outbound.ts';

/** The origin that the emulated services know as our backend. */
export const BACKEND = 'http://localhost:8080';

/** Long enough for any answer on a busy machine. */
const DEADLINE_MS = 5_000;

/** A secret of the alphabet that every service takes. */
export const WEBHOOK_SECRET = 'canary-webhook-secret_0123456789abcdefgh';

export interface TestTools extends Tools {
  /** All that was logged, as text. */
  logged(): string;
  /** Waits for answers no longer than this from now on; without a value, as long as before. */
  hurry(deadlineMs?: number): void;
  /** Moves the clock the connector sees. */
  advance(milliseconds: number): void;
  close(): Promise<void>;
}

/** Real calls, a clock that stands still until moved, and a log that remembers. */
export function createTools(connectorId: string, channelId = 'channel-1'): TestTools {
  const outbound = createOutbound();
  const lines: unknown[] = [];
  const start = Date.now();
  let offset = 0;
  let deadline = DEADLINE_MS;
  return {
    send: (request) => outbound.send({ ...request, deadlineMs: deadline }),
    stream: (request) => outbound.stream({ ...request, headersMs: deadline }),
    now: () => new Date(start + offset),
    log: { warn: (details, message) => lines.push([details, message]) },
    redirectUrl: `${BACKEND}/connect/callback/${connectorId}`,
    webhook: {
      url: `${BACKEND}/connect/webhooks/${connectorId}/${channelId}`,
      secret: WEBHOOK_SECRET,
    },
    logged: () => everythingIn(lines),
    hurry: (deadlineMs = DEADLINE_MS) => {
      deadline = deadlineMs;
    },
    advance: (milliseconds) => {
      offset += milliseconds;
    },
    close: outbound.close,
  };
}

/** Whatever a log or a crash report could show of a value: hidden properties and causes too. */
export function everythingIn(value: unknown): string {
  const shown = inspect(value, {
    depth: 12,
    showHidden: true,
    maxStringLength: null,
    getters: true,
  });
  return value instanceof Error ? `${shown}\n${value.stack}\n${JSON.stringify(value)}` : shown;
}
