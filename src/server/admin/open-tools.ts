import { readConfig } from '../config.ts';
import { openAsIs } from '../platform/database/open-as-is.ts';
import { Secrets } from '../platform/database/secrets.ts';
import { Jobs } from '../platform/jobs.ts';
import { QUEUES } from '../queues.ts';
import type { Tools } from './command.ts';

/** Tools that are to be closed. */
export interface OpenTools extends Tools {
  close(): Promise<void>;
}

/**
 * Opens what commands work with, from the environment that the backend reads, without changing anything.
 *
 * @param onError told of faults of connections in the background
 *
 * @throws ConfigError; DataDirInUse; OtherDatabase
 */
export async function openTools(
  env: Record<string, string | undefined>,
  onError: (error: unknown) => void,
): Promise<OpenTools> {
  const config = readConfig(env);
  const { databaseUrl: url, dataDir } = config;
  const { db, kind, openQueue, close } = await openAsIs({ url, dataDir }, onError);
  return {
    config,
    db,
    kind,
    secrets: new Secrets(config.secretKeys),
    openJobs: async () => {
      const jobs = new Jobs({ boss: await openQueue(), background: db });
      await jobs.recall(QUEUES);
      return jobs;
    },
    close,
  };
}
