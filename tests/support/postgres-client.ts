import pg from 'pg';

/** A session beside the backend's own, as an operator or another process has one. */
export async function connectTo(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}
