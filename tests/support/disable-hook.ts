import { createHmac } from 'node:crypto';
import type { ApiAnswer } from './api.ts';
import { CLIENT_ID, CLIENT_SECRET, DEMO } from './config.ts';
import type { TestServer } from './start-server.ts';

/** HMAC-SHA256 in hex, as Kommo signs its disable hook. */
export function hookSignature(text: string, secret: string = CLIENT_SECRET): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}

/** Calls the disable hook of the demo account as Kommo would, with whatever is laid over it. */
export function callHook(
  server: TestServer,
  changes: Record<string, string | undefined> = {},
): Promise<ApiAnswer> {
  const query = new URLSearchParams();
  const parameters = {
    account_id: String(DEMO.id),
    client_uuid: CLIENT_ID,
    signature: hookSignature(`${CLIENT_ID}|${DEMO.id}`),
    ...changes,
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, value);
  }
  return server.api('GET', `/kommo/disabled?${query}`, { token: null });
}
