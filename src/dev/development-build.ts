import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { SourceFault } from '../contract/development.ts';
import { BrandRefused, brandFiles, type OpenBrand, openBrand } from '../pack/brand/open-brand.ts';
import { collectFiles, readShownFiles, shownStyles, writePackage } from '../pack/build-widget.ts';
import { type Bundle, BundleError, watchWidget } from '../pack/bundle.ts';
import {
  canBeUploaded,
  developmentPackage,
  packageFaults,
  toFault,
} from '../pack/development-package.ts';
import type { PackageFiles } from '../pack/package-files.ts';
import { PackageRefused } from '../pack/package-refused.ts';
import { PROJECT } from '../pack/project.ts';
import { describeFault } from '../pack/source-fault.ts';
import type { DevelopmentServer } from './development-server.ts';
import { FaultBoard } from './fault-board.ts';
import { watchTypes } from './type-check.ts';
import { watchShownFiles } from './watch-shown-files.ts';

export interface DevelopmentPlan {
  /** As it is at the start; its file and its drawing are watched. */
  brand: OpenBrand;
  /** Where pages find the server. */
  origin: string;
  /** Gets `widget.zip` and `widget/`, the package to upload. */
  outDir: string;
  server: DevelopmentServer;
  say: (line: string) => void;
  /** The package to upload has been written anew, because it became another one. */
  onPackage: () => void;
}

/** The check keeps the process busy; pages fetch the build first. */
const CHECK_AFTER_MS = 400;
/** What only a start anew reads. */
const READ_ONCE = ['package.json', 'webpack.config.js'];

/**
 * Builds the widget now and after every change, until `close`; the server gets each build, and what is wrong.
 *
 * @returns after the first good build
 */
export async function watchSources(plan: DevelopmentPlan): Promise<{ close(): Promise<void> }> {
  mkdirSync(plan.outDir, { recursive: true });
  const publisher = new Publisher(plan);
  const bundling = await watchWidget(plan.outDir, plan.brand, plan.origin, (result) =>
    publisher.take(result),
  );
  const changed = (names: string[]): void => {
    const [first] = names.filter((name) => READ_ONCE.includes(name));
    if (first !== undefined) plan.say(`${first} has changed: start anew for what it says`);
    publisher.update();
  };
  const unwatch = watchShownFiles(PROJECT, changed, () => brandFiles(plan.brand.path));
  await publisher.first;
  const stopTypes = watchTypes((faults) => publisher.faults.set('types', faults));
  return {
    async close() {
      stopTypes();
      unwatch();
      await publisher.close();
      await bundling.close();
    },
  };
}

/** A build as webpack left it: it may write the next one while this one is being published. */
interface Built {
  bundle: Bundle;
  code: PackageFiles;
  entry: Uint8Array;
  client: Uint8Array;
}

/** A brand, and manifest, texts and pictures with it. */
interface Branded {
  open: OpenBrand;
  shown: PackageFiles;
}

/** Brings builds, and what Kommo shows itself, to pages and to disk. */
class Publisher {
  readonly faults: FaultBoard;
  /** Settles with the first build that pages can show. */
  readonly first: Promise<void>;
  readonly #plan: DevelopmentPlan;
  readonly #isFirstDone: () => void;
  #built: Built | undefined;
  /** As it last was when Kommo would take it. */
  #branded: Branded | undefined;
  #work = Promise.resolve();
  #isWaiting = false;
  #isClosed = false;
  #check: NodeJS.Timeout | undefined;
  #said = '';
  #served = '';
  #written = '';

  constructor(plan: DevelopmentPlan) {
    this.#plan = plan;
    this.faults = new FaultBoard((faults) => {
      plan.server.report(faults);
      this.#tell(summary(faults));
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.first = promise;
    this.#isFirstDone = resolve;
  }

  /** A fault that somebody else has found meanwhile, too, is no news in the terminal. */
  #tell(said: string): void {
    if (said !== this.#said) this.#plan.say(said);
    this.#said = said;
  }

  /** What webpack says, after each of its runs. The last good build stays in use. */
  take(result: Bundle | Error): void {
    if (result instanceof Error) {
      this.faults.set('build', faultsOf(result));
      return;
    }
    const { folder, developmentFolder } = result;
    this.#built = {
      bundle: result,
      code: new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))])),
      entry: readFileSync(join(developmentFolder, 'entry.js')),
      client: readFileSync(join(developmentFolder, 'client.js')),
    };
    this.faults.set('build', []);
    this.update();
  }

  /** Takes over what is on disk, one update after the other: the pictures of a brand are drawn for a moment. */
  update(): void {
    if (this.#built === undefined || this.#isWaiting) return;
    this.#isWaiting = true;
    this.#work = this.#work.then(() => {
      this.#isWaiting = false;
      return this.#takeOver();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#check);
    await this.#work;
  }

  async #takeOver(): Promise<void> {
    const branded = await this.#readBranded();
    if (this.#built === undefined || this.#isClosed) return;
    clearTimeout(this.#check);
    if (branded !== undefined) {
      const upload = developmentPackage(branded.shown, this.#built.entry);
      if (canBeUploaded(upload)) {
        this.#branded = branded;
        this.#write(upload);
      }
      this.#check = setTimeout(() => this.#checkPackage(branded), CHECK_AFTER_MS);
    }
    if (this.#branded !== undefined) this.#serve(this.#built, this.#branded);
  }

  /** What is on disk now, unless it cannot be used: that is told. */
  async #readBranded(): Promise<Branded | undefined> {
    try {
      const open = openBrand(this.#plan.brand.path);
      const shown = await readShownFiles(open);
      this.faults.set('brand', []);
      return { open, shown };
    } catch (error) {
      const kind = error instanceof BrandRefused ? 'brand' : 'package';
      if (kind === 'package') this.faults.set('brand', []);
      this.faults.set(kind, faultsOfShown(error));
      return undefined;
    }
  }

  /** Says what a release of these sources would be refused for. */
  #checkPackage({ open, shown }: Branded): void {
    if (this.#built === undefined) return;
    this.faults.set('package', packageFaults(collectFiles(this.#built.bundle, shown, open)));
  }

  #write(upload: PackageFiles): void {
    const digest = digestOf(upload);
    if (digest === this.#written) return;
    this.#written = digest;
    writePackage(upload, this.#plan.outDir);
    this.#plan.onPackage();
  }

  #serve({ code, client }: Built, { open, shown }: Branded): void {
    const files = new Map(code);
    for (const [name, bytes] of code) {
      if (name.endsWith('.css')) files.set(name, shownStyles(bytes, open));
    }
    for (const [name, bytes] of shown) if (name.startsWith('i18n/')) files.set(name, bytes);
    const digest = digestOf(files);
    if (digest === this.#served) return;
    this.#served = digest;
    this.#plan.server.publish(files, client);
    this.#isFirstDone();
  }
}

function digestOf(files: PackageFiles): string {
  const hash = createHash('sha256');
  for (const [name, bytes] of files) hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  return hash.digest('hex');
}

function faultsOf(error: Error): readonly SourceFault[] {
  if (error instanceof BundleError) return error.faults;
  return [{ kind: 'build', file: 'webpack.config.js', message: error.message }];
}

/** Of a brand, of texts or of pictures that cannot be used. */
function faultsOfShown(error: unknown): readonly SourceFault[] {
  if (error instanceof BrandRefused) return error.faults.map((fault) => toFault('brand', fault));
  if (error instanceof PackageRefused) {
    return error.faults.map((fault) => toFault('package', fault));
  }
  const { path, message } = error as NodeJS.ErrnoException;
  return [{ kind: 'package', file: path === undefined ? 'images' : relative('', path), message }];
}

/** What the terminal says when the faults have become others. */
function summary(faults: readonly SourceFault[]): string {
  if (faults.length === 0) return 'nothing is wrong any more';
  const lines = faults.map((fault) => `  ${describeFault(fault).replaceAll('\n', '\n    ')}`);
  return `wrong now, and shown in the page:\n${lines.join('\n')}`;
}
