import { type Kysely, sql } from 'kysely';

/** Mexican WhatsApp numbers lose the 1 that is not dialled any more, as new sign-ins have it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    update channels
    set external_id = '52' || substr(external_id, 4),
      phone = regexp_replace(phone, '^[+]521', '+52'),
      handle = regexp_replace(handle, '^[+]521', '+52')
    where connector in ('waha', 'evolution')
      and external_id ~ '^521[0-9]{10}$'
      and not exists (
        select 1 from channels other
        where other.account_id = channels.account_id
          and other.connector = channels.connector
          and other.external_id = '52' || substr(channels.external_id, 4)
      )`.execute(db);
}
