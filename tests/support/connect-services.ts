import type { Attempt, Channel } from '../../src/contract/api.ts';
import type { Client } from './api.ts';
import { begin, pollAttempt, submit } from './channels.ts';
import { call } from './emulator-client.ts';

const HOST = '127.0.0.1';

/** A server that plays a phone. */
export type PhoneService = 'waha' | 'evolution';

/** From the first click to the scan on the phone with this number. */
export async function connectNumber(
  client: Client,
  service: PhoneService,
  number: string,
  { token, channelId }: { token?: string | undefined; channelId?: string } = {},
): Promise<Channel> {
  const wanted = {
    connector: service,
    ...(channelId !== undefined && { channel_id: channelId }),
  };
  const started = await begin(client, wanted, token);
  const { id } = started.attempt;
  await client.waitFor(async () => (await pollAttempt(client, started)).qr !== undefined);
  const scan = { service, session: `kommo-${id}`, change: 'scan', number };
  const { status, text } = await call(client.emulator, '/__services/phone', {
    host: HOST,
    json: scan,
  });
  if (status !== 200) throw new Error(`The phone answered ${status}: ${text}`);
  return await connected(client, started);
}

/** From the first click to Slack's consent; a workspace that another account has is confirmed. */
export async function connectWorkspace(
  client: Client,
  team: string,
  { token, channelId }: { token?: string | undefined; channelId?: string } = {},
): Promise<Channel> {
  const wanted = {
    connector: 'slack',
    ...(channelId !== undefined && { channel_id: channelId }),
  };
  const started = await begin(client, wanted, token);
  const asked = new URL(started.attempt.authorize_url ?? '');
  const form = new URLSearchParams(asked.searchParams);
  form.set('decision', 'allow');
  form.set('team_choice', team);
  const answer = await call(client.emulator, '/oauth/v2/authorize', {
    host: asked.host,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
  const target = URL.parse(answer.headers.location ?? '');
  if (target === null) throw new Error(`Slack answered ${answer.status}: ${answer.text}`);
  await client.api('GET', `${target.pathname}${target.search}`, { token: null });
  const { state } = await pollAttempt(client, started);
  if (state === 'confirm') await submit(client, started.attempt.id, { confirm: true }, token);
  return await connected(client, started);
}

async function connected(
  client: Client,
  started: Parameters<typeof pollAttempt>[1],
): Promise<Channel> {
  const attempt: Attempt = await client.waitFor(async () => {
    const now = await pollAttempt(client, started);
    return (now.channel !== undefined || now.state === 'failed') && now;
  });
  if (attempt.channel === undefined) {
    throw new Error(`It was not connected: ${JSON.stringify(attempt)}`);
  }
  return attempt.channel;
}
