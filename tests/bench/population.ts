import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { issueGrant } from '../../src/emulator/kommo/oauth/grants.ts';
import type { Seed } from '../../src/emulator/kommo/seed.ts';
import { saveGrant } from '../../src/server/kommo/grants/rows.ts';
import type { Db } from '../../src/server/platform/database/database.ts';
import { Secrets } from '../../src/server/platform/database/secrets.ts';
import { goodClaims, signToken } from '../support/bad-tokens.ts';
import { CLIENT_ID, testConfig } from '../support/config.ts';
import { tablesOf } from '../support/tables.ts';

export const FIRST_ID = 40_000_000;

export function subdomainOf(index: number): string {
  return `bench${index}`;
}

function accountIdOf(index: number): number {
  return FIRST_ID + index;
}

function userIdOf(index: number): number {
  return 50_000_000 + index;
}

/** A token of Kommo's page for the administrator of an account. */
export function tokenOf(index: number): string {
  return signToken({
    ...goodClaims(),
    iss: `https://${subdomainOf(index)}.kommo.com`,
    jti: randomUUID(),
    account_id: FIRST_ID + index,
    is_admin: true,
  });
}

/** A seed with this many accounts beside the built-in ones, each with an administrator and one pipeline. */
export function populationSeed(count: number): Seed {
  const built = [
    {
      id: 31263018,
      subdomain: 'demo',
      users: [{ id: 8001, is_admin: true }],
      pipelines: [{ id: 7001, name: 'Sales', is_main: true }],
    },
  ];
  const more = Array.from({ length: count }, (_, index) => ({
    id: accountIdOf(index),
    subdomain: subdomainOf(index),
    users: [{ id: userIdOf(index), is_admin: true }],
    pipelines: [{ id: 60_000_000 + index, name: 'Sales', is_main: true }],
  }));
  return { accounts: [...built, ...more] };
}

/** Installs the first `count` accounts of the seed on both sides at once: 1,000 real installs would take minutes. */
export async function installPopulation(emulator: Emulator, db: Db, count: number): Promise<void> {
  const secrets = new Secrets(testConfig(emulator.port).secretKeys);
  await insertAccounts(db, count);
  for (let index = 0; index < count; index += 1) {
    await tablesOf(db)
      .updateTable('accounts')
      .set({ amojo_id: emulator.world.account(accountIdOf(index)).amojo_id })
      .where('id', '=', accountIdOf(index))
      .execute();
    emulator.state.installations.push({
      account_id: accountIdOf(index),
      client_id: CLIENT_ID,
      is_active: true,
      is_configured: true,
      settings: {},
      installed_at: Date.now(),
    });
    const grant = await issueGrant(emulator.world, {
      account_id: accountIdOf(index),
      user_id: userIdOf(index),
      client_id: CLIENT_ID,
    });
    await db.transaction().execute((trx) =>
      saveGrant(trx, secrets, {
        accountId: accountIdOf(index),
        epoch: 1,
        accessToken: grant.access_token,
        refreshToken: grant.refresh_token,
        expiresAt: new Date(grant.access_expires_at),
        scopes: grant.scopes,
        apiDomain: 'api-c.kommo.com',
        refreshedAt: new Date(),
      }),
    );
  }
}

/** Rows of accounts and nothing else; for the question whether a full table slows anybody down. */
export async function insertAccounts(db: Db, count: number): Promise<void> {
  await sql`
    insert into accounts (id, host, subdomain, tld, name, language, country, amojo_id)
    select ${FIRST_ID}::bigint + n, 'bench' || n || '.kommo.com', 'bench' || n, 'kommo.com', 'Bench ' || n, 'en', 'US',
      gen_random_uuid()::text
    from generate_series(0, ${count}::int - 1) as n
    on conflict do nothing`.execute(db);
}

/**
 * Gives each account a saved channel whose source Kommo does not have yet, and a sync that waits for a new grant, as after
 * an outage: within seconds the backend finds that there is one, and asks for all of them.
 */
export async function requestBacklog(db: Db, count: number): Promise<void> {
  const range = sql`generate_series(0, ${count}::int - 1) as n`;
  await sql`
    insert into settings (account_id, epoch, version, status, default_channel_id, preferences)
    select ${FIRST_ID}::bigint + n, 1, 1, 'active', null,
      '{"language":{"mode":"account","value":"en"},"country":{"mode":"account","value":"US"}}'::jsonb
    from ${range}`.execute(db);
  await sql`
    insert into channels (id, account_id, epoch, slot, connector, external_id, account_name, name, pipeline_ids, credentials,
      webhook_secret, is_saved, checked_at)
    select md5('bench' || n)::uuid, ${FIRST_ID}::bigint + n, 1, 1, 'telegram', n::text, 'Bench', 'Bench',
      jsonb_build_array(60000000 + n), 'v1.none.AA.AA', 'v1.none.AA.AA', true, now()
    from ${range}`.execute(db);
  await sql`
    insert into sources (account_id, external_id, channel_id, pipeline_id)
    select ${FIRST_ID}::bigint + n, 'c' || left(md5('bench' || n), 25) || '-1', md5('bench' || n)::uuid, 60000000 + n
    from ${range}`.execute(db);
  await sql`
    insert into syncs (account_id, requested, done, state, next_attempt_at)
    select ${FIRST_ID}::bigint + n, 1, 0, 'queued', null from ${range}`.execute(db);
}

/** Gives each account what a read touches: a grant nobody can open, settings, fresh lists, and channels. */
export async function insertReadable(db: Db, accounts: number, channels: number): Promise<void> {
  const range = sql`generate_series(0, ${accounts}::int - 1) as n`;
  const sealed = (mark: string, parts: number) =>
    sql`'v1.test.' || (select string_agg(md5(${mark}::text || n || g), '') from generate_series(1, ${parts}::int) as g)`;
  await sql`
    insert into grants (account_id, epoch, access_token, refresh_token, expires_at, scopes, version, refreshed_at)
    select ${FIRST_ID}::bigint + n, 1, ${sealed('a', 32)}, ${sealed('r', 28)}, now() + interval '12 hours', '["crm"]', 1, now()
    from ${range}`.execute(db);
  await sql`
    insert into settings (account_id, epoch, version, status, default_channel_id, preferences)
    select ${FIRST_ID}::bigint + n, 1, 1, 'active', md5('1 ' || n)::uuid,
      '{"language":{"mode":"account","value":"en"},"country":{"mode":"account","value":"US"}}'::jsonb
    from ${range}`.execute(db);
  await sql`
    insert into syncs (account_id, requested, done, state, finished_at)
    select ${FIRST_ID}::bigint + n, 1, 1, 'done', now() from ${range}`.execute(db);
  await sql`
    insert into kommo_cache (account_id, kind, body, fetched_at)
    select ${FIRST_ID}::bigint + n, kind, body::jsonb, now() from ${range}, (values
      ('pipelines', '[{"id":1,"name":"Sales","is_main":true,"is_archived":false}]'), ('templates', '[]')) as list (kind, body)`.execute(
    db,
  );
  await sql`
    insert into channels (id, account_id, epoch, slot, connector, external_id, account_name, handle, name, pipeline_ids,
      credentials, webhook_secret, is_saved, checked_at)
    select md5(slot || ' ' || n)::uuid, ${FIRST_ID}::bigint + n, 1, slot, 'telegram', slot || ' ' || n, 'Bot ' || n,
      '@bot' || n, 'Bot', '[1]', ${sealed('c', 6)}, ${sealed('w', 3)}, true, now()
    from ${range}, generate_series(1, ${channels}::int) as slot`.execute(db);
  await sql`vacuum analyze`.execute(db);
}
