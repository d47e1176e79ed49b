import { createHash, randomUUID } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { type DatabaseOptions, openDatabase } from '../../src/server/platform/database/database.ts';
import { Jobs } from '../../src/server/platform/jobs.ts';
import { QUEUES } from '../../src/server/queues.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = `${ROOT}node_modules/.cache`;

/** Whatever changes what an empty, migrated database looks like. */
const INGREDIENTS = [
  'src/server/platform/{jobs,database/{migrations/*,migrate,database}}.ts',
  'src/server/queues.ts',
  'package-lock.json',
];

/** Those of this copy of the project: another one may be tested on the same server at the same time. */
const OUR_TEMPLATES = `chat_connector_base_${createHash('sha256').update(ROOT).digest('hex').slice(0, 8)}_`;

/** Any number, the same in every process: the one that makes a template keeps the others waiting. */
const TEMPLATE_LOCK = 7_310_422;

/**
 * A migrated, empty embedded database with its queues, to begin with. Making one takes seconds, so it is
 * made once and kept until a migration or a library changes.
 */
export async function embeddedSnapshot(): Promise<Blob> {
  return new Blob([readFileSync(`${await embeddedTemplate()}/snapshot.tar`)]);
}

/** Puts the same into a directory that a backend uses as its `DATA_DIR`. */
export async function copyEmbeddedDatabase(dataDir: string): Promise<void> {
  cpSync(`${await embeddedTemplate()}/data`, dataDir, { recursive: true });
}

/**
 * The name of a migrated, empty PostgreSQL database on that server, to be used as a template; stays there
 * until a migration or a library changes.
 */
export async function postgresTemplate(server: string): Promise<string> {
  const name = `${OUR_TEMPLATES}${fingerprint()}`;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rows } = await client.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1)',
      [OUR_TEMPLATES],
    );
    if (rows.some(({ datname }) => datname === name)) return name;
    for (const { datname } of rows) await client.query(`drop database "${datname}" with (force)`);
    const unfinished = `chat_connector_test_${randomUUID().replaceAll('-', '')}`;
    await client.query(`create database ${unfinished}`);
    const url = new URL(server);
    url.pathname = `/${unfinished}`;
    await bringUpToDate({ url: url.href, dataDir: '' });
    await client.query(`alter database ${unfinished} rename to ${name}`);
    return name;
  } finally {
    await client.end();
  }
}

/** Makes both ahead of the tests, so that none of them has to wait for it. */
export async function makeTemplates(postgresServer: string | undefined): Promise<void> {
  await embeddedTemplate();
  if (postgresServer !== undefined) await postgresTemplate(postgresServer);
}

async function embeddedTemplate(): Promise<string> {
  const directory = `${CACHE}/test-database-${fingerprint()}`;
  if (!existsSync(directory)) await makeEmbedded(directory);
  return directory;
}

async function makeEmbedded(directory: string): Promise<void> {
  // Several workers of jest may do this at once: whole directories only, the first one wins.
  const unfinished = `${CACHE}/unfinished-${randomUUID()}`;
  mkdirSync(unfinished, { recursive: true });
  await bringUpToDate({ dataDir: `${unfinished}/data` });
  const pglite = await PGlite.create(`${unfinished}/data/database`);
  const dump = await pglite.dumpDataDir('none');
  await pglite.close();
  writeFileSync(`${unfinished}/snapshot.tar`, Buffer.from(await dump.arrayBuffer()));
  for (const old of globSync(`${CACHE}/test-database-*`)) {
    if (old !== directory) rmSync(old, { recursive: true, force: true });
  }
  try {
    renameSync(unfinished, directory);
  } catch (error) {
    rmSync(unfinished, { recursive: true });
    if (!existsSync(directory)) throw error;
  }
}

async function bringUpToDate(options: Pick<DatabaseOptions, 'url' | 'dataDir'>): Promise<void> {
  const database = await openDatabase({
    ...options,
    maintainsQueue: false,
    onError: () => undefined,
  });
  await new Jobs(database).prepare(QUEUES);
  await database.close();
}

function fingerprint(): string {
  const hash = createHash('sha256');
  for (const path of INGREDIENTS.flatMap((pattern) => globSync(pattern, { cwd: ROOT }).sort())) {
    hash.update(readFileSync(`${ROOT}${path}`));
  }
  return hash.digest('hex').slice(0, 16);
}
