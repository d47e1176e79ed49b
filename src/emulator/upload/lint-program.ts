import ts from 'typescript';

/** A script with a type checker, which can tell a local `confirm` from the browser's. */
export interface LintProgram {
  tree: ts.SourceFile;
  checker: ts.TypeChecker;
}

/** Parses one script by itself; its dependencies and the browser's names are not known to it. */
export function parseScript(file: string, source: string): LintProgram {
  const options: ts.CompilerOptions = {
    allowJs: true,
    noLib: true,
    noResolve: true,
    target: ts.ScriptTarget.ESNext,
  };
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ESNext, true, ts.ScriptKind.JS);
  const program = ts.createProgram([file], options, {
    ...ts.createCompilerHost(options, true),
    getSourceFile: (name) => (name === file ? tree : undefined),
    fileExists: (name) => name === file,
    readFile: (name) => (name === file ? source : undefined),
    writeFile: () => undefined,
  });
  return { tree, checker: program.getTypeChecker() };
}

/** Inside a `catch` block, or a function given to `.catch(…)` or as the second of `.then(…, …)`. */
export function isInRejectionHandler(node: ts.Node): boolean {
  for (let inner = node, outer = node.parent; outer; inner = outer, outer = outer.parent) {
    if (ts.isCatchClause(outer)) return true;
    if (!ts.isCallExpression(outer) || !ts.isPropertyAccessExpression(outer.expression)) continue;
    const method = outer.expression.name.text;
    if ((method === 'catch' || method === 'fail') && outer.arguments[0] === inner) return true;
    if (method === 'then' && outer.arguments[1] === inner) return true;
  }
  return false;
}

const LOOPS = new Set([
  ts.SyntaxKind.ForStatement,
  ts.SyntaxKind.ForInStatement,
  ts.SyntaxKind.ForOfStatement,
  ts.SyntaxKind.WhileStatement,
  ts.SyntaxKind.DoStatement,
]);
const REPEATING = new Set([
  'forEach',
  'map',
  'each',
  'flatMap',
  'reduce',
  'filter',
  'some',
  'every',
]);

/** Inside a loop, or a function that a method such as `forEach` calls for each element. */
export function isInLoop(node: ts.Node): boolean {
  for (let inner = node, outer = node.parent; outer; inner = outer, outer = outer.parent) {
    if (LOOPS.has(outer.kind)) return true;
    if (!ts.isFunctionLike(inner)) continue;
    // `_.bind(function () {…}, self)` is still what it binds.
    if (!ts.isCallExpression(outer) || !ts.isPropertyAccessExpression(outer.expression))
      return false;
    const method = outer.expression.name.text;
    if (REPEATING.has(method) && outer.arguments.some((one) => one === inner)) return true;
    if (method !== 'bind') return false;
  }
  return false;
}
