import { sql } from 'kysely';
import type { Db } from '../../src/server/platform/database/database.ts';

const ACCOUNTS = 100_000;
const CHANNELS_EACH = 10;
const MANY = ACCOUNTS * CHANNELS_EACH;

/** Text as long and as hard to compress as a sealed secret, sealed under a key nobody has. */
const sealed = (rows: string, parts: number) =>
  `'v1.k1.' || (select string_agg(md5((${rows} * 100 + part)::text), '') from generate_series(1, ${parts}) as part)`;

const STATEMENTS = [
  `insert into accounts (id, host, subdomain, tld, name, language, country, amojo_id, refreshed_at)
   select n, 's' || n || '.kommo.com', 's' || n, 'kommo.com', 'Company ' || n, 'en', 'US', n::text, now()
   from generate_series(1, ${ACCOUNTS}) as n`,
  `insert into grants (account_id, epoch, access_token, refresh_token, expires_at, scopes, version, refreshed_at)
   select n, 1, ${sealed('n', 44)}, ${sealed('n', 30)}, now() + interval '12 hours', '["crm"]', 3, now() - random() * interval '6 days'
   from generate_series(1, ${ACCOUNTS}) as n`,
  `insert into settings (account_id, epoch, version, status, preferences)
   select n, 1, 1, 'active', '{}' from generate_series(1, ${ACCOUNTS}) as n`,
  `insert into syncs (account_id, requested, done, state, finished_at)
   select n, 3, 3, 'done', now() - random() * interval '20 hours' from generate_series(1, ${ACCOUNTS}) as n`,
  `insert into channels (id, account_id, epoch, slot, connector, external_id, account_name, name, pipeline_ids, credentials,
     webhook_secret, is_saved, checked_at)
   select gen_random_uuid(), n, 1, slot, 'telegram', (n * 10 + slot)::text, 'Bot', 'Bot', '[1]', ${sealed('n', 6)},
     ${sealed('n', 4)}, true, now() - random() * interval '9 minutes'
   from generate_series(1, ${ACCOUNTS}) as n, generate_series(1, ${CHANNELS_EACH}) as slot`,
  `insert into sources (account_id, external_id, channel_id, pipeline_id)
   select account_id, 'c' || left(md5(id::text), 25) || '-1', id, 1 from channels`,
  `insert into attempts (id, account_id, epoch, user_id, connector, auth, state, key_hash, opener_origin, expires_at, created_at)
   select gen_random_uuid(), 1 + n % ${ACCOUNTS}, 1, 5, 'telegram', 'api_key',
     case when n % 1000 = 0 then 'waiting' else 'connected' end, md5(n::text), 'https://x.kommo.com',
     now() + interval '5 minutes', now() - random() * interval '23 hours'
   from generate_series(1, ${MANY}) as n`,
  `insert into seen_tokens (account_id, jti, uses, expires_at)
   select 1 + n % ${ACCOUNTS}, gen_random_uuid()::text, 3, now() + (random() - 0.3) * interval '1 hour'
   from generate_series(1, ${MANY}) as n`,
  'analyze',
];

/** 100,000 accounts in full use, and a day's rows of everything else. */
export async function fillTables(db: Db): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
