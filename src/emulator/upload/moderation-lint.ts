import ts from 'typescript';
import { isInLoop, isInRejectionHandler, type LintProgram, parseScript } from './lint-program.ts';
import { PAGES } from './pages.ts';

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
const NO_SCRIPT = 'no script may be inserted; ask the AMD loader of the page';
const SYNCHRONOUS = 'a synchronous request stops the whole page';

/** One fault of a script. */
export interface ScriptFault {
  line: number;
  message: string;
  /** What it is about, where the message is the same for all of a kind. */
  subject?: string;
  source: string;
}

/** How strictly to read. */
interface Reading {
  /** Every virtual click, not only one that plainly goes to Kommo's own buttons. */
  isStrict: boolean;
}

/**
 * The public checklist's rules for code (https://developers.kommo.com/docs/getting-listed). Syntax is not
 * among them: script-rules.ts compiles every script.
 */
export function lintScript(
  file: string,
  source: string,
  { isStrict }: Reading = { isStrict: false },
): ScriptFault[] {
  const linter = new ScriptLinter(parseScript(file, source), isStrict);
  linter.visit();
  const faults = [...lintText(source), ...linter.faults];
  return faults.sort((one, other) => one.line - other.line);
}

/** For minified third-party code: finds only what runs text as code or names a source map. */
export function lintVendor(source: string): ScriptFault[] {
  const found = /\beval\s*\(|\bnew Function\s*\(/.exec(source);
  const message = 'runs text as code (eval or new Function)';
  const faults = lintSourceMap(source);
  if (found === null) return faults;
  return [{ line: lineAt(source, found.index), message, source: PAGES.checklist }, ...faults];
}

function lintText(source: string): ScriptFault[] {
  const long = source.split('\n').flatMap((line, index) => {
    if (line.length <= LINE_MAX) return [];
    const message = `has a line of more than ${LINE_MAX} characters; own code must not be minified`;
    return [{ line: index + 1, message, source: PAGES.checklist }];
  });
  return [...lintSourceMap(source), ...long];
}

function lintSourceMap(source: string): ScriptFault[] {
  const index = source.indexOf('sourceMappingURL=');
  if (index === -1) return [];
  return [{ line: lineAt(source, index), message: 'names a source map', source: PAGES.checklist }];
}

function lineAt(source: string, index: number): number {
  return source.slice(0, index).split('\n').length;
}

class ScriptLinter {
  readonly faults: ScriptFault[] = [];
  readonly #tree: ts.SourceFile;
  readonly #checker: ts.TypeChecker;
  readonly #isStrict: boolean;

  constructor({ tree, checker }: LintProgram, isStrict: boolean) {
    this.#tree = tree;
    this.#checker = checker;
    this.#isStrict = isStrict;
  }

  visit(node: ts.Node = this.#tree): void {
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) this.#checkCall(node);
    else if (ts.isPropertyAccessExpression(node)) this.#checkConsole(node);
    else if (ts.isPropertyAssignment(node)) this.#checkOption(node);
    else if (ts.isBinaryExpression(node)) this.#checkAssignment(node);
    else if (ts.isStringLiteralLike(node)) this.#checkText(node);
    else if (node.kind === ts.SyntaxKind.DebuggerStatement)
      this.#fault(node, 'debugger is left in');
    ts.forEachChild(node, (child) => this.visit(child));
  }

  #checkCall(node: ts.CallExpression | ts.NewExpression): void {
    const name = this.#globalName(node.expression);
    const forbidden = name === undefined ? undefined : FORBIDDEN_CALLS[name];
    if (forbidden !== undefined) this.#fault(node, forbidden);
    const [first] = node.arguments ?? [];
    const text = first && ts.isStringLiteralLike(first) ? first.text : undefined;
    if ((name === 'setTimeout' || name === 'setInterval') && text !== undefined) {
      this.#fault(node, `${name} with a text runs it as code`);
    }
    if (name === 'define' || name === 'require') this.#checkDependencies(node);
    if (!ts.isPropertyAccessExpression(node.expression)) {
      if (name === 'fetch') this.#checkLoop(node, name, text);
      return;
    }
    this.#checkMethod(node, node.expression, text?.toLowerCase());
  }

  #checkMethod(
    node: ts.CallExpression | ts.NewExpression,
    callee: ts.PropertyAccessExpression,
    text: string | undefined,
  ): void {
    const method = callee.name.text;
    const [first, , third] = node.arguments ?? [];
    if (method === 'createElement' && text === 'script') this.#fault(node, NO_SCRIPT);
    else if (method === 'getScript' || method === 'importScripts') this.#fault(node, NO_SCRIPT);
    else if ((method === 'write' || method === 'writeln') && this.#isGlobal(node, 'document')) {
      this.#fault(node, 'document.write is forbidden');
    } else if (method === 'open' && third?.kind === ts.SyntaxKind.FalseKeyword) {
      this.#fault(node, SYNCHRONOUS);
    } else if ((method === 'click' && !first) || (method === 'trigger' && text === 'click')) {
      this.#checkClick(node, callee.expression);
    }
    this.#checkLoop(node, method, first?.getText(this.#tree));
  }

  /** Kommo's own buttons are the user's; of other elements only a strict reading speaks. */
  #checkClick(node: ts.Node, target: ts.Expression): void {
    const name = target.getText(this.#tree);
    if (this.#isStrict || /(un)?install/i.test(name)) {
      const message = 'virtual clicks are forbidden: Install, Uninstall and Save are the user’s';
      this.#fault(node, message);
    } else if (/js-widget-save|\$?save/i.test(name)) {
      this.#fault(node, 'a virtual click on Save is allowed only if there is nothing to set');
    }
  }

  #checkLoop(node: ts.Node, method: string, address: string | undefined): void {
    const isOwn = method === '$authorizedAjax' || method === 'crm_post';
    const isApi =
      /^(fetch|ajax|get|post|getJSON)$/.test(method) && /\/(api\/v\d|ajax)\//.test(address ?? '');
    if ((isOwn || isApi) && isInLoop(node)) {
      this.#fault(node, 'requests in a loop are forbidden; send one for all', method);
    }
  }

  #checkDependencies(node: ts.CallExpression | ts.NewExpression): void {
    const list = node.arguments?.find(ts.isArrayLiteralExpression);
    for (const one of list?.elements ?? []) {
      if (!ts.isStringLiteralLike(one) || !/^([\w-]+!)?(https?:)?\/\//.test(one.text)) continue;
      const message =
        'comes from another host; amoCRM refuses such dependencies, Kommo allows known ones';
      this.#fault(one, message, one.text, PAGES.amoRequirements);
    }
  }

  #checkConsole(node: ts.PropertyAccessExpression): void {
    if (this.#globalName(node.expression) !== 'console') return;
    const name = node.name.text;
    if (name !== 'trace') {
      const also = name === 'debug' ? '; amoCRM allows console.debug, too' : '';
      this.#fault(
        node,
        `console.${name} is forbidden; only console.trace in a catch is not${also}`,
      );
    } else if (!isInRejectionHandler(node)) {
      this.#fault(node, 'console.trace is allowed only in a catch or a rejection handler');
    }
  }

  #checkOption(node: ts.PropertyAssignment): void {
    const isAsync = node.name.getText(this.#tree).replaceAll(/['"]/g, '') === 'async';
    if (isAsync && node.initializer.kind === ts.SyntaxKind.FalseKeyword) {
      this.#fault(node, SYNCHRONOUS);
    }
  }

  #checkAssignment(node: ts.BinaryExpression): void {
    if (node.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return;
    if (ts.isIdentifier(node.left)) {
      if (this.#isUndeclared(node.left)) this.#fault(node, 'is not declared', node.left.text);
      return;
    }
    const owner = this.#kommoObject(node.left);
    // The one place Kommo offers for writing.
    if (owner === undefined || /\.legal_handlers$/.test(node.left.getText(this.#tree))) return;
    this.#fault(node, 'is written to; what Kommo keeps there is to be read only', owner);
  }

  /** `APP` or `AMOCRM` if that is where the chain begins. */
  #kommoObject(chain: ts.Expression): string | undefined {
    let owner = chain;
    while (ts.isPropertyAccessExpression(owner) || ts.isElementAccessExpression(owner)) {
      const isWindow =
        ts.isIdentifier(owner.expression) && GLOBAL_OBJECTS.has(owner.expression.text);
      if (isWindow && ts.isPropertyAccessExpression(owner) && owner !== chain) {
        owner = owner.name as ts.Identifier;
        break;
      }
      owner = owner.expression;
    }
    if (owner === chain || !ts.isIdentifier(owner)) return undefined;
    if (owner.text !== 'APP' && owner.text !== 'AMOCRM') return undefined;
    const declarations = this.#checker.getSymbolAtLocation(owner)?.declarations ?? [];
    // Writing to a property counts as a declaration of its owner, too, but is none.
    const isOwn = declarations.some((one) => ts.isVariableDeclaration(one) || ts.isParameter(one));
    return isOwn ? undefined : owner.text;
  }

  #checkText(node: ts.StringLiteralLike): void {
    if (/^\s*<script[\s>]/i.test(node.text)) this.#fault(node, NO_SCRIPT);
    if (/\bswitcher_{1,2}(on|off)\b/.test(node.text)) {
      this.#fault(node, 'the classes of the switcher will go; ask its val()', undefined);
    }
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

  #fault(node: ts.Node, message: string, subject?: string, source: string = PAGES.checklist): void {
    const { line } = this.#tree.getLineAndCharacterOfPosition(node.getStart(this.#tree));
    this.faults.push({ line: line + 1, message, subject, source });
  }
}
