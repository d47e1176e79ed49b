import pg from 'pg';

const USUAL = [
  'postgres://postgres@127.0.0.1:5432/postgres',
  'postgres://postgres:postgres@127.0.0.1:5432/postgres',
];
/** A busy server is there all the same; one that is not there mostly says so at once. */
const CONNECT_TIMEOUT_MS = 15_000;

/**
 * The address of a PostgreSQL server on which databases may be made, or undefined when there is none.
 *
 * @throws when TEST_DATABASE_URL is set and does not work: it is set because those tests must run
 */
export async function findPostgres(): Promise<string | undefined> {
  const wanted = process.env.TEST_DATABASE_URL;
  if (wanted) {
    await mayCreateDatabases(wanted);
    return wanted;
  }
  for (const address of USUAL) {
    try {
      if (await mayCreateDatabases(address)) return address;
    } catch {
      // Not there, or another password: the next one, or none.
    }
  }
  return undefined;
}

/** How many connections the server takes. */
export async function connectionsOf(address: string): Promise<number> {
  const client = new pg.Client({
    connectionString: address,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  try {
    await client.connect();
    const { rows } = await client.query<{ most: number }>(
      "select current_setting('max_connections')::integer as most",
    );
    return rows[0]?.most ?? 0;
  } finally {
    await client.end();
  }
}

async function mayCreateDatabases(address: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString: address,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  try {
    await client.connect();
    const { rows } = await client.query<{ may: boolean }>(
      'select rolsuper or rolcreatedb as may from pg_roles where rolname = current_user',
    );
    return rows[0]?.may === true;
  } finally {
    await client.end();
  }
}
