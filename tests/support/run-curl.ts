import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Why commands of the documentation cannot be run here; undefined when they can. */
export function withoutShell(...tools: readonly string[]): string | undefined {
  if (process.platform === 'win32') return 'there is no POSIX shell';
  const missing = ['bash', 'curl', ...tools].find(
    (tool) => spawnSync(tool, ['--version']).error !== undefined,
  );
  return missing && `${missing} is not installed`;
}

/** Runs a command that begins with `curl`, as a shell does. @returns the status it was answered with */
export async function runCurl(command: string): Promise<number> {
  const asked = command.replace(/^curl /, "curl -sS -o /dev/null -w '%{http_code}' ");
  const { stdout } = await run('bash', ['-c', asked]);
  return Number(stdout.trim());
}
