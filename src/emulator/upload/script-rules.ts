import { posix } from 'node:path';
import { Script } from 'node:vm';
import { PAGES } from './pages.ts';
import { listed, type WidgetProblem } from './problem.ts';
import type { Widget } from './widget-package.ts';

const DEFINE = /\bdefine\s*(\(|\.amd\b)/;
const DEPENDENCIES = /\b(?:define|require)\s*\(\s*(?:["'][^"']*["']\s*,\s*)?\[([^\]]*)\]/g;

/** What keeps a script from running at all; what moderation says of it is in moderation.ts. */
export function checkScripts({ files }: Widget): WidgetProblem[] {
  const problems: WidgetProblem[] = [];
  const modules: WidgetProblem[] = [];
  for (const [file, bytes] of files) {
    if (!file.endsWith('.js') || file.includes('node_modules/')) continue;
    const source = Buffer.from(bytes)
      .toString('utf8')
      .replace(/^\uFEFF/, '');
    // A file in another encoding has been named for that.
    const fault = source.includes('\uFFFD') ? undefined : syntaxFault(file, source);
    if (fault?.severity === 'warning') modules.push(fault);
    else if (fault !== undefined) problems.push(fault);
    else if (file === 'script.js' && !DEFINE.test(source)) {
      const message = 'calls no define(): Kommo loads AMD modules, and finds none here';
      problems.push({ severity: 'warning', file, message, source: PAGES.script });
    }
    problems.push(...missingParts(file, source, files));
  }
  return [...problems, ...gathered(modules)];
}

/** Several modules of another time have one cause. */
function gathered([first, ...others]: readonly WidgetProblem[]): WidgetProblem[] {
  if (first === undefined) return [];
  const also = others.length === 0 ? '' : ` (so are ${listed(others.map(({ file }) => file))})`;
  return [{ ...first, message: `${first.message}${also}` }];
}

/** Compiles the script as a browser would, without running it. */
function syntaxFault(file: string, source: string): WidgetProblem | undefined {
  try {
    new Script(source, { filename: file });
    return undefined;
  } catch (error) {
    // Not `instanceof`: the error may come from another realm.
    if ((error as Error).name !== 'SyntaxError') throw error;
    const [head = ''] = String((error as Error).stack).split('\n');
    const line = Number(head.slice(file.length + 1)) || undefined;
    const text = (error as Error).message;
    const isModule = /\b(import|export)\b/.test(text);
    const message = isModule
      ? `is an ES module, which the AMD loader of the page cannot load (${text}); bundle it as AMD`
      : `is not JavaScript: ${text}`;
    // Whatever is not script.js may be started in another way.
    const severity = isModule && file !== 'script.js' ? 'warning' : 'error';
    return { severity, file, line, message, source: PAGES.amoRequirements };
  }
}

/** Relative dependencies that are not in the widget. */
function missingParts(file: string, source: string, files: Widget['files']): WidgetProblem[] {
  const missing = new Map<string, { line: number; other?: string }>();
  const lower = new Map([...files.keys()].map((name) => [name.toLowerCase(), name]));
  for (const { 1: list = '', index } of source.matchAll(DEPENDENCIES)) {
    for (const [, name = ''] of list.matchAll(/["'](\.{1,2}\/[^"']+)["']/g)) {
      const path = posix.join(posix.dirname(file), name.replace(/[?#].*$/, ''));
      const wanted = /\.\w+$/.test(path) ? [path, `${path}.js`] : [`${path}.js`, path];
      // Beyond the folder of the widget nothing is known.
      if (path.startsWith('..') || wanted.some((one) => files.has(one))) continue;
      const line = source.slice(0, index + source.slice(index).indexOf(name)).split('\n').length;
      missing.set(name, { line, other: lower.get((wanted[0] ?? '').toLowerCase()) });
    }
  }
  const [first, ...others] = missing;
  if (first === undefined) return [];
  const [name, { line, other }] = first;
  const called = other === undefined ? 'not in the widget' : `called ${other}; capitals count`;
  const also = others.length === 0 ? '' : ` (also ${listed(others.map(([one]) => one))})`;
  const message = `asks for ${name}, which is ${called}${also}`;
  return [{ severity: 'warning', file, line, message, source: PAGES.amoScript }];
}
