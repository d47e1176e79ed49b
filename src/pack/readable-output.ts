import { execFileSync } from 'node:child_process';
import ts from 'typescript';
import { PROJECT } from './project.ts';

const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Formats a built script for people, because Kommo's moderators read it: the compiler puts a whole JSX tree on
 * one line, and the bundler adds comments of its own. Indents with tabs, which take fewer bytes.
 */
export function formatScript(source: string): string {
  const tree = ts.createSourceFile(
    'built.js',
    source,
    ts.ScriptTarget.ESNext,
    false,
    ts.ScriptKind.JS,
  );
  const { transformed } = ts.transform(tree, [takeBranches]);
  const plain = ts.createPrinter({ removeComments: true }).printFile(transformed[0] ?? tree);
  return execFileSync(
    process.execPath,
    [
      `${PROJECT}/node_modules/@biomejs/biome/bin/biome`,
      'format',
      '--indent-style=tab',
      '--line-width=120',
      // The path only tells Biome the language, and must not match an ignore rule.
      '--stdin-file-path=built.js',
    ],
    { cwd: PROJECT, input: plain, encoding: 'utf8', maxBuffer: MAX_BYTES },
  );
}

/**
 * A choice that was made when the widget was built is left by webpack as `false ? 0 : what counts`. Only what counts
 * is shown, so that what a build leaves out leaves no trace.
 */
const takeBranches: ts.TransformerFactory<ts.SourceFile> = (context) => {
  const visit = (node: ts.Node): ts.Node => {
    if (ts.isConditionalExpression(node)) {
      const { kind } = node.condition;
      if (kind === ts.SyntaxKind.FalseKeyword) return ts.visitNode(node.whenFalse, visit);
      if (kind === ts.SyntaxKind.TrueKeyword) return ts.visitNode(node.whenTrue, visit);
    }
    return ts.visitEachChild(node, visit, context);
  };
  return (file) => ts.visitEachChild(file, visit, context);
};

/** Removes comments, which are for us and not for the readers of the package. */
export function formatStyles(source: string): string {
  return source
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/\n\s*\n/g, '\n')
    .trimStart();
}
