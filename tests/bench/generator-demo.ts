/** Folder of a built widget of the vendor's generator, or undefined. CONTRIBUTING.md says how to make one. */
export function generatorDemo(): string | undefined {
  return process.env.GENERATOR_DEMO || undefined;
}

export const NO_DEMO =
  'GENERATOR_DEMO names no folder of a built demo; CONTRIBUTING.md says how to make one';
