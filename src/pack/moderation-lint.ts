import ts from 'typescript';
import type { Fault } from './fault.ts';

/** People do not write longer lines; minifiers do. */
const LINE_MAX = 500;

const GLOBAL_OBJECTS = new Set(['window', 'self', 'globalThis', 'top', 'parent']);

const FORBIDDEN_CALLS: Readonly<Record<string, string>> = {
  eval: 'eval is forbidden',
  Function: 'new Function is eval by another name',
  alert: 'alert is forbidden; show the message in the widget',
  confirm: 'confirm is forbidden; ask in the widget',
  prompt: 'prompt is forbidden; ask in the widget',
};

/**
 * The public checklist's rules for code (https://developers.kommo.com/docs/getting-listed), applied to the
 * built file, so that they also cover what a dependency or the bundler adds.
 */
export function lintScript(file: string, source: string): Fault[] {
  const faults = lintText(file, source);
  const program = programOf(file, source);
  const tree = program.getSourceFile(file);
  if (tree === undefined) return faults;
  const linter = new ScriptLinter(file, tree, program.getTypeChecker());
  for (const { start, messageText } of program.getSyntacticDiagnostics(tree)) {
    linter.faultAt(start ?? 0, ts.flattenDiagnosticMessageText(messageText, ' '));
  }
  linter.visit(tree);
  faults.push(...linter.faults);
  return faults.sort((one, other) => (one.line ?? 0) - (other.line ?? 0));
}

/** For minified third-party code: finds only what runs text as code or names a source map. */
export function lintVendor(file: string, source: string): Fault[] {
  const faults: Fault[] = [];
  if (/\beval\s*\(|\bnew Function\s*\(/.test(source)) {
    faults.push({ file, message: 'runs text as code (eval or new Function)' });
  }
  return [...faults, ...lintSourceMaps(file, source)];
}

function lintText(file: string, source: string): Fault[] {
  const faults = lintSourceMaps(file, source);
  for (const [index, line] of source.split('\n').entries()) {
    if (line.length > LINE_MAX) {
      faults.push({
        file,
        line: index + 1,
        message: `has ${line.length} characters; our own code must not be minified`,
      });
    }
  }
  return faults;
}

function lintSourceMaps(file: string, source: string): Fault[] {
  return /sourceMappingURL=/.test(source) ? [{ file, message: 'names a source map' }] : [];
}

/** A program of one file, whose type checker can tell a local `confirm` from the browser's. */
function programOf(file: string, source: string): ts.Program {
  const options: ts.CompilerOptions = {
    allowJs: true,
    noLib: true,
    noResolve: true,
    target: ts.ScriptTarget.ESNext,
  };
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ESNext, true, ts.ScriptKind.JS);
  return ts.createProgram([file], options, {
    ...ts.createCompilerHost(options, true),
    getSourceFile: (name) => (name === file ? tree : undefined),
    fileExists: (name) => name === file,
    readFile: (name) => (name === file ? source : undefined),
    writeFile: () => undefined,
  });
}

class ScriptLinter {
  readonly faults: Fault[] = [];
  readonly #file: string;
  readonly #tree: ts.SourceFile;
  readonly #checker: ts.TypeChecker;

  constructor(file: string, tree: ts.SourceFile, checker: ts.TypeChecker) {
    this.#file = file;
    this.#tree = tree;
    this.#checker = checker;
  }

  faultAt(position: number, message: string): void {
    const { line } = this.#tree.getLineAndCharacterOfPosition(position);
    this.faults.push({ file: this.#file, line: line + 1, message });
  }

  visit(node: ts.Node): void {
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) this.#checkCall(node);
    else if (ts.isPropertyAccessExpression(node)) this.#checkConsole(node);
    else if (ts.isPropertyAssignment(node)) this.#checkOption(node);
    else if (ts.isBinaryExpression(node)) this.#checkAssignment(node);
    else if (node.kind === ts.SyntaxKind.DebuggerStatement)
      this.#fault(node, 'debugger is left in');
    ts.forEachChild(node, (child) => this.visit(child));
  }

  #checkCall(node: ts.CallExpression | ts.NewExpression): void {
    const name = this.#globalName(node.expression);
    const forbidden = name === undefined ? undefined : FORBIDDEN_CALLS[name];
    if (forbidden !== undefined) this.#fault(node, forbidden);
    const [first, , third] = node.arguments ?? [];
    if (
      (name === 'setTimeout' || name === 'setInterval') &&
      first &&
      ts.isStringLiteralLike(first)
    ) {
      this.#fault(node, `${name} with a text runs it as code`);
    }
    if (!ts.isPropertyAccessExpression(node.expression)) return;
    const method = node.expression.name.text;
    const text = first && ts.isStringLiteralLike(first) ? first.text.toLowerCase() : undefined;
    if (method === 'createElement' && text === 'script') {
      this.#fault(node, 'no script may be inserted; ask the AMD loader of the page');
    } else if (method === 'getScript' || method === 'importScripts') {
      this.#fault(node, 'no script may be inserted; ask the AMD loader of the page');
    } else if ((method === 'write' || method === 'writeln') && this.#isGlobal(node, 'document')) {
      this.#fault(node, 'document.write is forbidden');
    } else if (method === 'open' && third?.kind === ts.SyntaxKind.FalseKeyword) {
      this.#fault(node, 'a synchronous request stops the whole page');
    } else if ((method === 'click' && !first) || (method === 'trigger' && text === 'click')) {
      this.#fault(node, 'virtual clicks are forbidden: Install, Uninstall and Save are the user’s');
    }
  }

  #checkConsole(node: ts.PropertyAccessExpression): void {
    if (this.#globalName(node.expression) !== 'console') return;
    if (node.name.text !== 'trace') {
      this.#fault(
        node,
        `console.${node.name.text} is forbidden; only console.trace in a catch is not`,
      );
    } else if (!isInRejectionHandler(node)) {
      this.#fault(node, 'console.trace is allowed only in a catch or a rejection handler');
    }
  }

  #checkOption(node: ts.PropertyAssignment): void {
    const isAsync = node.name.getText(this.#tree).replaceAll(/['"]/g, '') === 'async';
    if (isAsync && node.initializer.kind === ts.SyntaxKind.FalseKeyword) {
      this.#fault(node, 'a synchronous request stops the whole page');
    }
  }

  #checkAssignment(node: ts.BinaryExpression): void {
    if (node.operatorToken.kind !== ts.SyntaxKind.EqualsToken || !ts.isIdentifier(node.left))
      return;
    if (this.#isUndeclared(node.left)) this.#fault(node, `${node.left.text} is not declared`);
  }

  /** `alert` for `alert(…)` and `window.alert(…)`, unless the file declares that name itself. */
  #globalName(node: ts.Expression): string | undefined {
    if (ts.isIdentifier(node)) return this.#isUndeclared(node) ? node.text : undefined;
    if (!ts.isPropertyAccessExpression(node) || !ts.isIdentifier(node.expression)) return undefined;
    const isMember =
      GLOBAL_OBJECTS.has(node.expression.text) && this.#isUndeclared(node.expression);
    return isMember ? node.name.text : undefined;
  }

  #isGlobal(node: ts.CallExpression | ts.NewExpression, name: string): boolean {
    const callee = node.expression;
    return ts.isPropertyAccessExpression(callee) && this.#globalName(callee.expression) === name;
  }

  #isUndeclared(node: ts.Identifier): boolean {
    return (this.#checker.getSymbolAtLocation(node)?.declarations ?? []).length === 0;
  }

  #fault(node: ts.Node, message: string): void {
    this.faultAt(node.getStart(this.#tree), message);
  }
}

/** Inside a `catch` block, or a function given to `.catch(…)` or as the second of `.then(…, …)`. */
function isInRejectionHandler(node: ts.Node): boolean {
  for (let inner = node, outer = node.parent; outer; inner = outer, outer = outer.parent) {
    if (ts.isCatchClause(outer)) return true;
    if (!ts.isCallExpression(outer) || !ts.isPropertyAccessExpression(outer.expression)) continue;
    const method = outer.expression.name.text;
    if (method === 'catch' && outer.arguments[0] === inner) return true;
    if (method === 'then' && outer.arguments[1] === inner) return true;
  }
  return false;
}
