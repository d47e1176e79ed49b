import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createScratchDatabase } from '../support/database.ts';
import { copyEmbeddedDatabase } from '../support/database-template.ts';

/** Where backends keep their data, migrated already. `url` of PostgreSQL only. */
export async function openStore(kind: 'postgres' | 'embedded'): Promise<{
  url: string | undefined;
  env: Record<string, string>;
  remove: () => Promise<void>;
}> {
  if (kind === 'postgres') {
    const { url, drop } = await createScratchDatabase();
    return { url, env: { DATABASE_URL: url }, remove: drop };
  }
  const directory = mkdtempSync(join(tmpdir(), 'chat-connector-'));
  await copyEmbeddedDatabase(directory);
  return {
    url: undefined,
    env: { DATA_DIR: directory },
    remove: async () => rmSync(directory, { recursive: true, force: true }),
  };
}
