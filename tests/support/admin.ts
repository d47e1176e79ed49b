import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Tools } from '../../src/server/admin/command.ts';
import { type Outcome, runAdmin } from '../../src/server/admin/run-admin.ts';
import type { TestServer } from './start-server.ts';

const MAIN = fileURLToPath(new URL('../../src/server/admin/main.ts', import.meta.url));

/** Runs a command on the database of a backend that runs. */
export function admin(
  { context, database }: TestServer,
  args: readonly string[],
  overrides: Partial<Tools> = {},
): Promise<Outcome> {
  const { config, db, secrets, jobs } = context;
  return runAdmin(args, async () => ({
    ...{ config, db, secrets, kind: database.kind },
    openJobs: async () => jobs,
    close: async () => undefined,
    ...overrides,
  }));
}

/** What the same command says as JSON. @throws when it says it in another way */
export async function adminJson(
  server: TestServer,
  args: readonly string[],
  overrides?: Partial<Tools>,
): Promise<ReturnType<typeof JSON.parse>> {
  const { stdout, stderr } = await admin(server, [...args, '--json'], overrides);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

/** Runs `src/server/admin/main.ts` in a process of its own, with this environment and no other. */
export function spawnAdmin(
  args: readonly string[],
  env: Record<string, string | undefined>,
): Promise<Outcome> {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const child = execFile(
    process.execPath,
    [MAIN, ...args],
    { env: { PATH, NODE_COMPILE_CACHE, ...env } as NodeJS.ProcessEnv },
    (_error, stdout, stderr) => resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
  );
  return promise;
}

/** The lines of a table, cut at its gaps; the first one holds the headings. */
export function cellsOf(text: string): string[][] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split(/\s{2,}/));
}
