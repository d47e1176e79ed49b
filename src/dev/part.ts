import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** Ctrl-C promises an end within 2 s; a part that has not ended by then is killed. */
const STOP_MS = 1_500;
const LAST_LINES = 30;

export interface PartOptions {
  /** Shown in messages: `backend`, `emulator`. */
  name: string;
  /** Arguments of Node. */
  args: readonly string[];
  env?: Record<string, string | undefined>;
  /** Everything the part prints goes here. */
  logFile: string;
}

/** One process of the development stack. */
export class Part {
  readonly name: string;
  readonly logFile: string;
  /** Resolves with a description when the process has ended, for whatever reason. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  readonly #lastLines: string[] = [];
  #isStopping = false;

  constructor({ name, args, env, logFile }: PartOptions) {
    this.name = name;
    this.logFile = logFile;
    mkdirSync(dirname(logFile), { recursive: true });
    const log = createWriteStream(logFile);
    this.#child = spawn(process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        log.write(text);
        this.#remember(text);
      });
    }
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(error.message));
      // "close" and not "exit": the last words of the process have arrived by then.
      this.#child.once('close', (code, signal) => {
        log.end();
        resolve(signal === null ? `exit code ${code}` : `signal ${signal}`);
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Whether it was asked to end; otherwise its end is news. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** The last lines it printed, for the report of an unexpected end. */
  get lastLines(): string {
    return this.#lastLines.join('\n');
  }

  /** Asks it to end, and insists when it does not. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#child.kill('SIGTERM');
    const insist = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await this.ended;
    clearTimeout(insist);
  }

  /** Ends it without a warning, as a crash would. */
  async kill(): Promise<void> {
    this.#isStopping = true;
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  #remember(text: string): void {
    this.#lastLines.push(...text.split('\n').filter((line) => line !== ''));
    this.#lastLines.splice(0, this.#lastLines.length - LAST_LINES);
  }
}
