import type { ApiAnswer, Client } from './api.ts';

/** What Kommo's consent page needs to know, read from the address the settings hand out. */
export async function beginConsent(server: Client, token?: string): Promise<URL> {
  const answer = await server.api(
    'GET',
    '/messenger/settings',
    token === undefined ? {} : { token },
  );
  const address = answer.body.install?.authorize_url;
  if (typeof address !== 'string') throw new Error(`No address: ${JSON.stringify(answer.body)}`);
  return new URL(address);
}

/**
 * Presses a button on Kommo's consent page.
 *
 * @returns where Kommo sends the browser, without going there
 */
export async function decideConsent(
  server: Client,
  address: URL,
  choice: { who?: string; answer?: 'approve' | 'deny' } = {},
): Promise<URL> {
  const form = new URLSearchParams({
    ...Object.fromEntries(address.searchParams),
    who: choice.who ?? '31263018:8001',
    answer: choice.answer ?? 'approve',
  });
  const answer = await fetch(`${server.emulator.url}/oauth`, {
    method: 'POST',
    body: form,
    redirect: 'manual',
  });
  const location = answer.headers.get('location');
  if (location === null) throw new Error(`Kommo did not redirect: ${answer.status}`);
  return new URL(location);
}

/** Follows Kommo's redirect as the browser of an administrator would. */
export function openCallback(
  server: Client,
  address: URL,
  headers: Record<string, string> = {},
): Promise<ApiAnswer> {
  return server.api('GET', `${address.pathname}${address.search}`, {
    token: null,
    headers: { accept: 'text/html', ...headers },
  });
}
