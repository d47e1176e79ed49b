import { spawn } from 'node:child_process';
import { PROJECT } from './project.ts';

export interface ToolResult {
  isOk: boolean;
  /** Standard output and standard error, in the order they arrived. */
  output: string;
}

/** Runs a program from node_modules in the project's folder, with the same Node as this process. */
export function runTool(name: string, args: readonly string[]): Promise<ToolResult> {
  const { promise, resolve } = Promise.withResolvers<ToolResult>();
  let output = '';
  const child = spawn(process.execPath, [`${PROJECT}/node_modules/${name}`, ...args], {
    cwd: PROJECT,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  child.once('error', (error) => resolve({ isOk: false, output: error.message }));
  child.once('close', (code) => resolve({ isOk: code === 0, output }));
  return promise;
}
