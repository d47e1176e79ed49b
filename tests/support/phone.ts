import type { TestServer } from './start-server.ts';

interface PhoneChange {
  service: 'waha' | 'evolution';
  change: 'scan' | 'refuse' | 'log_out' | 'go_offline' | 'go_online';
  session?: string;
  number?: string;
}

/** Does something with the emulated phone. */
export async function usePhone(server: TestServer, change: PhoneChange): Promise<void> {
  const answer = await fetch(`${server.emulator.url}/__services/phone`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(change),
  });
  if (!answer.ok) throw new Error(`The phone answered ${answer.status}: ${await answer.text()}`);
}

/** The sessions the emulated WhatsApp servers have. */
export async function phoneSessions(
  server: TestServer,
): Promise<{ service: string; name: string; phase: string }[]> {
  const answer = await fetch(`${server.emulator.url}/__services/phone/sessions`);
  return (await answer.json()) as { service: string; name: string; phase: string }[];
}
