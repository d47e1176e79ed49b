import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import type { SourceFault } from '../contract/development.ts';
import { PROJECT } from '../pack/project.ts';

const CONFIGURATION = 'src/widget/tsconfig.json';
const ERROR = /^(?:(.+?)\((\d+),(\d+)\): )?error (TS\d+: .*)$/;

/** Reads what `tsc --watch` prints: after each run of the compiler, all that is wrong. */
export class TypeErrorReader {
  readonly #onRun: (faults: SourceFault[]) => void;
  #rest = '';
  #faults: SourceFault[] = [];

  constructor(onRun: (faults: SourceFault[]) => void) {
    this.#onRun = onRun;
  }

  /** Takes the next piece of output, however it is cut. */
  read(text: string): void {
    const lines = `${this.#rest}${text}`.split(/\r?\n/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#readLine(line);
  }

  #readLine(line: string): void {
    const [, file = CONFIGURATION, atLine, atColumn, message] = ERROR.exec(line) ?? [];
    if (message !== undefined) {
      const place = atLine === undefined ? {} : { line: Number(atLine), column: Number(atColumn) };
      this.#faults.push({ kind: 'types', file, ...place, message });
    } else if (/Found \d+ errors?\. Watching for file changes/.test(line)) {
      const faults = this.#faults;
      this.#faults = [];
      this.#onRun(faults);
    } else if (/^\s+\S/.test(line)) this.#explain(line.trim());
  }

  /** tsc explains an error in the lines below it. */
  #explain(more: string): void {
    const last = this.#faults.at(-1);
    if (last !== undefined) last.message += `\n${more}`;
  }
}

/**
 * Checks the types of the widget in a process of its own, now and after every change.
 *
 * @returns what ends it
 */
export function watchTypes(onRun: (faults: SourceFault[]) => void): () => void {
  const reader = new TypeErrorReader(onRun);
  const child = spawn(
    process.execPath,
    [
      ...['--import', pathToFileURL(`${PROJECT}/src/dev/end-with-parent.ts`).href],
      `${PROJECT}/node_modules/typescript/bin/tsc`,
      ...['-p', CONFIGURATION, '--watch', '--preserveWatchOutput'],
      ...['--pretty', 'false', '--locale', 'en'],
      // Many editors replace a file instead of writing into it; whoever watches the file itself then hears no more of it.
      ...['--watchFile', 'useFsEventsOnParentDirectory'],
    ],
    { cwd: PROJECT, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
  );
  let isStopped = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => reader.read(text));
  }
  const ended = (reason: string): void => {
    if (isStopped) return;
    const message = `tsc has ended (${reason}): types are not checked any more. Start npm run dev again`;
    onRun([{ kind: 'types', file: CONFIGURATION, message }]);
  };
  child.once('error', (error) => ended(error.message));
  child.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`));
  return () => {
    isStopped = true;
    child.kill();
  };
}
