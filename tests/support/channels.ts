import { randomUUID } from 'node:crypto';
import type { Attempt, Channel, SaveSettings, Settings } from '../../src/contract/api.ts';
import type { ApiAnswer, Client } from './api.ts';
import { DEMO } from './config.ts';
import type { TestServer } from './start-server.ts';
import { tablesOf } from './tables.ts';

/** A bot token the emulated Telegram knows; `number` is 0 to 99. */
export function botToken(number: number): string {
  const digits = String(number).padStart(2, '0');
  return `71000000${digits}:AAEmulatedBotTokenNumbered00000000${digits}`;
}

/** A token of the emulated account, as the widget would send it. */
export function tokenOf(server: Client, subdomain: string, userId: number): string {
  return server.emulator.disposableToken(subdomain, userId);
}

/** Makes the demo account's manager an administrator. @returns a token of theirs */
export async function secondAdmin(server: TestServer): Promise<string> {
  const demo = server.emulator.state.accounts.find(({ id }) => id === DEMO.id);
  for (const user of demo?.users ?? []) {
    if (user.id === DEMO.manager) user.rights.is_admin = true;
  }
  await tablesOf(server.context.db).deleteFrom('user_rights').execute();
  return tokenOf(server, DEMO.subdomain, DEMO.manager);
}

/** Begins an attempt. @returns it and its key */
export async function begin(
  server: Client,
  body: { connector: string; channel_id?: string },
  token?: string,
): Promise<{ attempt: Attempt; attempt_key: string }> {
  const answer = await server.api('POST', '/messenger/channels', {
    body,
    key: randomUUID(),
    ...(token !== undefined && { token }),
  });
  expectStatus(answer, 201);
  return answer.body;
}

export function submit(
  server: Client,
  attemptId: string,
  body: { values?: Record<string, string>; confirm?: true },
  token?: string,
): Promise<ApiAnswer> {
  return server.api('POST', `/messenger/attempts/${attemptId}/credentials`, {
    body,
    ...(token !== undefined && { token }),
  });
}

/** Reads an attempt with its own key, as the widget polls it. */
export async function pollAttempt(
  server: Client,
  started: { attempt: { id: string }; attempt_key: string },
): Promise<Attempt> {
  const answer = await server.api('GET', `/connect/attempts/${started.attempt.id}`, {
    token: null,
    headers: { authorization: `Bearer ${started.attempt_key}` },
  });
  expectStatus(answer, 200);
  return answer.body.attempt;
}

/** Connects a numbered Telegram bot from the first click to the last. */
export async function connectBot(server: Client, number: number, token?: string): Promise<Channel> {
  const { attempt } = await begin(server, { connector: 'telegram' }, token);
  const values = { token: botToken(number) };
  const answer = await submit(server, attempt.id, { values, confirm: true }, token);
  expectStatus(answer, 200);
  return answer.body.attempt.channel;
}

/** For after a test: no fault is left, and nothing is connected any more. */
export async function disconnectAll(server: Client): Promise<void> {
  server.emulator.clearFaults();
  for (const { id } of (await readSettings(server)).channels) {
    await server.api('DELETE', `/messenger/channels/${id}`);
  }
}

/** As if the half minute had passed for which Kommo's lists are shown without asking again. */
export async function outdateLists({ context: { db } }: TestServer): Promise<void> {
  await tablesOf(db)
    .updateTable('kommo_cache')
    .set({ fetched_at: new Date(0) })
    .execute();
  await tablesOf(db)
    .updateTable('accounts')
    .set({ refreshed_at: new Date(0) })
    .execute();
}

export async function readSettings(server: Client, token?: string): Promise<Settings> {
  const answer = await server.api(
    'GET',
    '/messenger/settings',
    token === undefined ? {} : { token },
  );
  expectStatus(answer, 200);
  return answer.body;
}

/** What the widget would save when the admin changed nothing. */
export function unchanged(settings: Settings): SaveSettings {
  return {
    version: settings.version,
    default_channel_id: settings.default_channel_id,
    channels: settings.channels.map(({ id, name, pipeline_ids }) => ({ id, name, pipeline_ids })),
    preferences: settings.preferences,
  };
}

export function save(server: Client, body: unknown, key: string = randomUUID(), token?: string) {
  return server.api('PUT', '/messenger/settings', {
    body,
    key,
    ...(token !== undefined && { token }),
  });
}

/**
 * What the widget would save when nothing was changed, composed without asking Kommo: reading the settings costs some
 * of its seven requests a second.
 */
export async function storedInput(server: TestServer): Promise<SaveSettings> {
  const { body } = await server.api('GET', '/messenger/channels');
  const channels: Channel[] = body._embedded.channels;
  const stored = await tablesOf(server.context.db)
    .selectFrom('settings')
    .select('version')
    .executeTakeFirst();
  return {
    version: stored?.version ?? 0,
    default_channel_id: channels.find((channel) => channel.is_default)?.id ?? null,
    channels: channels.map(({ id, name, pipeline_ids }) => ({ id, name, pipeline_ids })),
  };
}

/** Waits until a sync has ended and no other is requested. @returns how it ended */
export function syncEnd(server: TestServer): Promise<{ state: string; error_code: string | null }> {
  return server.waitFor(async () => {
    const row = await tablesOf(server.context.db)
      .selectFrom('syncs')
      .select(['state', 'error_code'])
      .executeTakeFirst();
    return row?.state === 'done' || row?.state === 'failed' ? row : undefined;
  });
}

/** The sources Kommo shows for an account, without what Kommo adds. */
export function sourcesOf(server: Client, accountId: number) {
  return server.emulator.state.sources
    .filter(
      (source) => source.account_id === accountId && !('deleted_at' in source && source.deleted_at),
    )
    .map(({ external_id, name, pipeline_id, default: isDefault, origin_code }) => ({
      external_id,
      name,
      pipeline_id,
      default: isDefault,
      origin_code,
    }));
}

function expectStatus(answer: ApiAnswer, status: number): void {
  if (answer.status === status) return;
  throw new Error(`Expected ${status}, got ${answer.status}: ${JSON.stringify(answer.body)}`);
}
