/** Something that Kommo would reject or that would break the widget. */
export interface Fault {
  /** Path inside the package, such as `i18n/en.json`. */
  file: string;
  /** 1-based; absent where a line makes no sense. */
  line?: number;
  /** What is wrong and what to do about it. */
  message: string;
}

/** The files of a package by path, with `/` and without a leading slash. */
export type PackageFiles = ReadonlyMap<string, Uint8Array>;

export function describeFault(fault: Fault): string {
  const place = fault.line === undefined ? fault.file : `${fault.file}:${fault.line}`;
  return `${place}: ${fault.message}`;
}
