import { isAbsolute, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { SourceFault } from '../contract/development.ts';
import { PROJECT } from './project.ts';

/** What webpack's report says of one error, as far as it is read here. */
export interface BuildError {
  message: string;
  /** `./src/widget/app.ts`, relative to the project. */
  moduleName?: string;
  /** `12:4-20`: line from 1, column from 0. */
  loc?: string;
}

/** How ts-loader words what the compiler says. */
const OF_TYPESCRIPT = /ERROR in (.+?)\((\d+),(\d+)\)\s+([\s\S]+)/;

/** Webpack's errors as faults with file and line. One that several parts of the widget meet is told once. */
export function readBuildErrors(errors: readonly BuildError[]): SourceFault[] {
  const faults = new Map(errors.map(readError).map((fault) => [JSON.stringify(fault), fault]));
  const all = [...faults.values()];
  const refused = new Set(all.filter(isOfCompiler).map(({ file }) => file));
  // What the compiler makes of a file it objects to is nothing for webpack either, at lines that nobody wrote.
  return all.filter((fault) => isOfCompiler(fault) || !refused.has(fault.file));
}

function isOfCompiler({ message }: SourceFault): boolean {
  return /^TS\d+: /.test(message);
}

function readError({ message, moduleName, loc }: BuildError): SourceFault {
  const text = stripVTControlCharacters(message);
  const [, path = '', line, column, said = ''] = OF_TYPESCRIPT.exec(text) ?? [];
  if (path !== '') {
    const place = { line: Number(line), column: Number(column) };
    return { kind: 'build', file: inProject(path), ...place, message: firstWords(said) };
  }
  const [, atLine, atColumn] = /^(\d+):(\d+)/.exec(loc ?? '') ?? [];
  return {
    kind: 'build',
    // A loader's name may stand before that of the module.
    file: inProject(moduleName?.split('!').at(-1) ?? 'webpack.config.js'),
    ...(atLine !== undefined && { line: Number(atLine), column: Number(atColumn) + 1 }),
    message: firstWords(text),
  };
}

function inProject(path: string): string {
  const name = isAbsolute(path) ? relative(PROJECT, path) : path;
  return name.replaceAll('\\', '/').replace(/^\.\//, '');
}

/** What follows the first line are webpack's own tries and traces. */
function firstWords(text: string): string {
  return (text.trim().split('\n')[0] ?? '').trim();
}
