import {
  cpSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Part } from '../../../src/dev/part.ts';
import { waitUntilReady } from '../../../src/dev/readiness.ts';
import { PROJECT } from '../../../src/pack/project.ts';
import { freePort } from '../../support/free-port.ts';

/** What `npm run dev` reads. */
const SOURCES = [
  ...['src', 'i18n', 'images'],
  ...['brand.json', 'manifest.json', 'package.json', 'webpack.config.js'],
];

/** A copy of the project that a test may edit, with `npm run dev -- --live` at work in it. */
export class DevelopmentCopy {
  /** The package to upload. */
  readonly zip: string;
  readonly origin: string;
  readonly #folder: string;
  readonly #process: Part;

  private constructor(folder: string, port: number, backendUrl: string) {
    this.#folder = folder;
    this.zip = join(folder, 'dist/live/widget.zip');
    this.origin = `http://localhost:${port}`;
    this.#process = new Part({
      name: 'development server',
      args: [join(folder, 'src/dev/dev.ts'), '--live', this.origin],
      env: { DEV_PORT: String(port), WIDGET_API_URL: backendUrl },
      logFile: join(folder, 'dev.log'),
    });
  }

  /** Resolves when the package to upload is there. */
  static async start(backendUrl: string): Promise<DevelopmentCopy> {
    const folder = mkdtempSync(join(tmpdir(), 'development-'));
    for (const name of SOURCES)
      cpSync(join(PROJECT, name), join(folder, name), { recursive: true });
    symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
    const port = await freePort();
    const copy = new DevelopmentCopy(folder, port, backendUrl);
    const address = `http://127.0.0.1:${port}/development/client.js`;
    await waitUntilReady(copy.#process, address);
    return copy;
  }

  /** What the terminal shows. */
  get output(): string {
    return readFileSync(this.#process.logFile, 'utf8');
  }

  /** Changes a file as sed -i, vim and most editors do: another one comes in its place. */
  edit(file: string, from: string | RegExp, to: string): void {
    const path = join(this.#folder, file);
    const content = readFileSync(path, 'utf8');
    const changed = content.replace(from, () => to);
    if (changed === content) throw new Error(`${file} has nothing to change there`);
    writeFileSync(`${path}~`, changed);
    renameSync(`${path}~`, path);
  }

  /** Where a text stands in a file, as faults say it. */
  placeOf(file: string, text: string): string {
    const content = readFileSync(join(this.#folder, file), 'utf8');
    const [before = ''] = content.split(text, 1);
    return `${file}:${before.split('\n').length}:`;
  }

  async stop(): Promise<void> {
    await this.#process.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
