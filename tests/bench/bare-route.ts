/**
 * The yardstick of `npm run bench`: Fastify with a route that does one query, and one that stores what it is sent, and
 * nothing else. Started as a process of its own; prints its address.
 */
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const app = fastify();
app.get<{ Params: { account: string } }>('/:account', async ({ params }) => {
  const { rows } = await pool.query(
    `select id, account_id, epoch, connector, external_id, account_name, handle, avatar_url, key_ending, key_set_at,
      phone, name, pipeline_ids, status, status_reason, is_saved, created_at
     from channels where account_id = $1 and epoch = 1 order by created_at, slot`,
    [params.account],
  );
  return { channels: rows };
});
app.post('/messages', async ({ body }, reply) => {
  await pool.query('insert into bare_messages (body) values ($1)', [JSON.stringify(body)]);
  return reply.code(204).send();
});
await app.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}\n`);
