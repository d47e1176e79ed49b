import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import pg from 'pg';
import { PROJECT } from '../../src/pack/project.ts';
import { testServer } from '../support/database.ts';

/** The machine that is measured on, and what runs on it. */
export async function describeMachine(): Promise<string> {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const parts = [
    `${cpus().length} × ${cpu?.model.trim() || 'processor without a name'}`,
    `${memory} GB`,
    `${process.platform} ${process.arch}`,
    `Node ${process.version}`,
    await describePostgres(),
  ];
  return parts.join(', ');
}

/** Of 1, 5 and 15 minutes. */
export function describeLoad(): string {
  return loadavg()
    .map((value) => value.toFixed(2))
    .join(' ');
}

/** The commit that is measured; with a plus when files differ from it, unknown outside a checkout. */
export function describeCommit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: PROJECT, encoding: 'utf8', stdio: 'pipe' }).trim();
    const isChanged = git('status', '--porcelain', '--', '.', ':!docs/benchmarks.md') !== '';
    return `${git('rev-parse', '--short', 'HEAD')}${isChanged ? '+' : ''}`;
  } catch {
    return 'unknown';
  }
}

async function describePostgres(): Promise<string> {
  const client = new pg.Client({
    connectionString: testServer(),
    connectionTimeoutMillis: 5_000,
  });
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return `PostgreSQL ${rows[0]?.server_version.split(' ')[0]}`;
  } catch {
    return 'no PostgreSQL';
  } finally {
    await client.end().catch(() => undefined);
  }
}
