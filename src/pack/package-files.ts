/** The files of a package by path, with `/` and without a leading slash. */
export type PackageFiles = ReadonlyMap<string, Uint8Array>;
