import { readOldestWaiting } from '../../messages/rows.ts';
import { readSchemaState } from '../../platform/database/migrate.ts';
import type { Command } from '../command.ts';
import { renderBytes, renderFacts, renderList } from '../render.ts';
import { countJobs, countRows, listTableSizes, readServerVersion } from './rows.ts';

/** All tables of the queue, whose rows are jobs. */
const QUEUE = 'pgboss';

export const showDatabaseCommand: Command = {
  words: 'database',
  operands: [],
  options: [],
  about: 'Shows the database: versions, applied migrations, sizes, rows, open jobs and what waits.',
  run: async ({ db, kind }) => {
    const version = await readServerVersion(db);
    const { applied } = await readSchemaState(db);
    const sizes = await listTableSizes(db);
    const own = sizes.map(({ name }) => name).filter((name) => name !== QUEUE);
    const counts = await countRows(db, own);
    const jobs = await countJobs(db);
    const oldest = await readOldestWaiting(db);
    const waiting = { in: Math.floor(oldest.in), out: Math.floor(oldest.out) };
    const tables = sizes.map(({ name, bytes }) => ({
      ...{ name, rows: counts.get(name) ?? null, bytes },
    }));
    const bytes = sizes.reduce((sum, table) => sum + table.bytes, 0);
    return {
      json: {
        ...{ kind, server_version: version, migrations: applied, bytes, tables },
        jobs: jobs.map(({ queue, state, jobs: count, overdueSeconds }) => ({
          ...{ queue, state, jobs: count, overdue_seconds: overdueSeconds },
        })),
        oldest_waiting_message_seconds: waiting,
      },
      text: [
        renderFacts([
          ['Database', kind === 'embedded' ? 'embedded' : 'PostgreSQL'],
          ['Server version', version],
          ['Migrations', applied.length],
          ['Newest', applied.at(-1)],
          ['Size', renderBytes(bytes)],
          ['Oldest message that waits, to Kommo', renderWait(waiting.in)],
          ['Oldest message that waits, to a client', renderWait(waiting.out)],
        ]),
        renderList(
          ['Table', 'Rows', 'Size'],
          tables.map((table) => [table.name, table.rows, renderBytes(table.bytes)]),
          { none: 'There are no tables.' },
        ),
        renderList(
          ['Queue', 'State', 'Jobs', 'Overdue, s'],
          jobs.map(({ queue, state, jobs: count, overdueSeconds }) => [
            ...[queue, state, count, overdueSeconds],
          ]),
          { none: 'No jobs wait.' },
        ),
      ].join('\n\n'),
    };
  },
};

/** Undefined, and so a dash, where nothing waits. */
function renderWait(seconds: number): string | undefined {
  return seconds === 0 ? undefined : `${seconds} s`;
}
