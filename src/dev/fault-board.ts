import type { SourceFault } from '../contract/development.ts';

type Kind = SourceFault['kind'];

/** Everything that is wrong with the sources at this moment, whoever found it. */
export class FaultBoard {
  readonly #found = new Map<Kind, readonly SourceFault[]>();
  readonly #onChange: (faults: SourceFault[]) => void;
  #last = '[]';

  /** `onChange` is called with all faults, each time they have become others. */
  constructor(onChange: (faults: SourceFault[]) => void) {
    this.#onChange = onChange;
  }

  /** What stands there now in place of whatever was found in this way before. */
  set(kind: Kind, faults: readonly SourceFault[]): void {
    this.#found.set(kind, faults);
    const all = this.#all();
    const text = JSON.stringify(all);
    if (text === this.#last) return;
    this.#last = text;
    this.#onChange(all);
  }

  #all(): SourceFault[] {
    const build = this.#found.get('build') ?? [];
    const types = this.#found.get('types') ?? [];
    const broken = new Set(build.map(({ file }) => file));
    return [
      ...build,
      ...(this.#found.get('brand') ?? []),
      // Of a file that cannot be read the compiler of types says the same again, and what follows from it.
      ...types.filter(({ file }) => !broken.has(file)),
      ...(this.#found.get('package') ?? []),
    ];
  }
}
