import { createHmac } from 'node:crypto';
import { ConnectorError, type Tools, type WebhookRequest } from '../connector.ts';
import { demandProof, webhookSecret } from '../webhook-proof.ts';

/** How far the clocks of both sides may differ, either way. An older event may be a replay. */
const MAX_SKEW_MS = 5 * 60_000;

/** Header names are lower case, as `WebhookRequest` has them. */
const TIMESTAMP = 'x-timestamp';
const SIGNATURE = 'x-signature';

/**
 * What proves a body in either direction: `v1=` and the lower-case hex of the HMAC-SHA256 of the timestamp, a dot
 * and the bytes of the body. The key is the secret's text as it is, never decoded.
 *
 * @param timestamp unix seconds, as the header has them
 */
export function signatureOf(secret: string, timestamp: string, body: string | Buffer): string {
  const mac = createHmac('sha256', secret).update(`${timestamp}.`).update(body);
  return `v1=${mac.digest('hex')}`;
}

/** The headers that prove a body sent now. */
export function signedHeaders(secret: string, now: Date, body: string): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  return { [TIMESTAMP]: timestamp, [SIGNATURE]: signatureOf(secret, timestamp, body) };
}

/**
 * Proves an event over its bytes as received. A header that came twice has a comma in it and proves nothing.
 *
 * @throws ConnectorError `signature`
 */
export function demandSignature(tools: Tools, { headers, body }: WebhookRequest): void {
  const secret = webhookSecret(tools);
  const timestamp = headers[TIMESTAMP] ?? '';
  const signature = headers[SIGNATURE] ?? '';
  if (!/^\d{1,12}$/.test(timestamp) || !/^v1=[0-9a-f]{64}$/i.test(signature)) {
    throw new ConnectorError('signature');
  }
  // Some languages write hex in capitals.
  demandProof(signature.toLowerCase(), signatureOf(secret, timestamp, body));
  if (Math.abs(tools.now().getTime() - Number(timestamp) * 1000) > MAX_SKEW_MS) {
    throw new ConnectorError('signature');
  }
}
