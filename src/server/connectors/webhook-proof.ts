import { createHash, timingSafeEqual } from 'node:crypto';
import { ConnectorError, type Tools } from './connector.ts';
import { parseExactJson } from './exact-json.ts';

/**
 * Compares what an event carries with what it must carry, in constant time.
 *
 * @throws ConnectorError `signature` when they differ or one is missing
 */
export function demandProof(given: string | undefined, expected: string | undefined): void {
  // The comparison needs equal lengths; hashing gives them without revealing the real ones.
  const matches = timingSafeEqual(sha256(given ?? ''), sha256(expected ?? ''));
  if (!matches || !given || !expected) throw new ConnectorError('signature');
}

/** The secret of this channel's webhook. @throws ConnectorError `signature` when it has none */
export function webhookSecret(tools: Tools): string {
  if (tools.webhook === undefined) throw new ConnectorError('signature');
  return tools.webhook.secret;
}

/** The body of a proven event; `undefined` when it is not JSON. */
export function eventOf(body: Buffer): unknown {
  try {
    return parseExactJson(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
