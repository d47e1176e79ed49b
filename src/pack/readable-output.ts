import { execFileSync } from 'node:child_process';
import ts from 'typescript';
import { PROJECT } from './project.ts';

const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Lays a built script out as people write: the compiler puts a whole tree of JSX on one line, the bundler
 * marks its own lines with comments, and Kommo's moderators read what is uploaded. With tabs, which weigh less.
 */
export function formatScript(source: string): string {
  const tree = ts.createSourceFile(
    'built.js',
    source,
    ts.ScriptTarget.ESNext,
    false,
    ts.ScriptKind.JS,
  );
  const plain = ts.createPrinter({ removeComments: true }).printFile(tree);
  return execFileSync(
    process.execPath,
    [
      `${PROJECT}/node_modules/@biomejs/biome/bin/biome`,
      'format',
      '--indent-style=tab',
      // The path only tells the language, and that no rule of the project ignores the file.
      '--stdin-file-path=built.js',
    ],
    { cwd: PROJECT, input: plain, encoding: 'utf8', maxBuffer: MAX_BYTES },
  );
}

/** Comments of a stylesheet are for us; its readers get the rules. */
export function formatStyles(source: string): string {
  return source
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/\n\s*\n/g, '\n')
    .trimStart();
}
