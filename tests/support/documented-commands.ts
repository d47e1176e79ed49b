import { globSync, readFileSync } from 'node:fs';
import { PROJECT } from '../../src/pack/project.ts';

/** A command that the documentation tells somebody to run. */
export interface DocumentedCommand {
  page: string;
  line: number;
  /** On one line, without its comment. */
  command: string;
}

/** What a command in the middle of a sentence begins with. A name without an argument is only a name. */
const IN_TEXT =
  /^(?:[A-Z_]+=\S+ )*(?:npm (?!run$)|npx |node |curl |docker |systemctl |git |openssl |echo |nginx |promtool |\.ci\/run)/;

/** Every command of the README, CONTRIBUTING and the documentation: those in blocks, and those in sentences. */
export function documentedCommands(): DocumentedCommand[] {
  const pages = globSync(['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/**/*.md'], {
    cwd: PROJECT,
  }).map((page) => page.replaceAll('\\', '/'));
  return pages
    .filter((page) => !page.startsWith('docs/decisions/'))
    .sort()
    .flatMap((page) => commandsOf(page, readFileSync(`${PROJECT}/${page}`, 'utf8')));
}

/** The text of the first block of a page that contains some words, as it stands. */
export function shellBlock(page: string, words: string): string {
  const text = readFileSync(`${PROJECT}/${page}`, 'utf8');
  const blocks = [...text.matchAll(BLOCK)].map(([, , body = '']) => body);
  const block = blocks.find((body) => body.includes(words));
  if (block === undefined) throw new Error(`${page} has no block of commands with ${words}.`);
  return block;
}

const BLOCK = /^ *```(\w*)[^\n]*\n(.*?)^ *```$/gms;
const SHELLS = ['sh', 'bash', 'shell', 'console'];

/** The commands of one page. */
export function commandsOf(page: string, text: string): DocumentedCommand[] {
  const lineAt = (index: number) => text.slice(0, index).split('\n').length;
  const inBlocks = [...text.matchAll(BLOCK)].flatMap(({ 1: language = '', 2: body = '', index }) =>
    SHELLS.includes(language)
      ? statementsOf(body).map((command) => ({ page, line: lineAt(index), command }))
      : [],
  );
  const prose = text.replaceAll(BLOCK, (block) => block.replaceAll(/[^\n]/g, ' '));
  const inText = [...prose.matchAll(/`([^`\n]+)`/g)].flatMap(({ 1: code = '', index }) =>
    IN_TEXT.test(code)
      ? statementsOf(code).map((command) => ({ page, line: lineAt(index), command }))
      : [],
  );
  return [...inBlocks, ...inText];
}

/** What closes each thing that may hold others. */
const CLOSING: Readonly<Record<string, string>> = { '"': '"', "'": "'", '(': ')', '{': '}' };

/** The commands of a script, one line each: comments are gone, `&&` parts two, and quotes and brackets hold together. */
function statementsOf(script: string): string[] {
  const found: string[] = [];
  const open: string[] = [];
  let statement = '';
  const end = () => {
    const command = statement.replaceAll(/\s+/g, ' ').trim();
    if (command !== '') found.push(command);
    statement = '';
  };
  for (let at = 0; at < script.length; at += 1) {
    const sign = script[at] ?? '';
    const inside = open.at(-1);
    const isQuoted = inside === '"' || inside === "'";
    const isFree = !isQuoted && /^$|\s/.test(script[at - 1] ?? '');
    if (inside !== "'" && sign === '\\') {
      if (script[at + 1] !== '\n') statement += sign + (script[at + 1] ?? '');
      at += 1;
    } else if (inside !== undefined && sign === CLOSING[inside]) {
      open.pop();
      statement += sign;
    } else if (isFree && sign === '#') {
      while (at + 1 < script.length && script[at + 1] !== '\n') at += 1;
    } else if (inside === undefined && sign === '\n') {
      end();
    } else if (inside === undefined && script.startsWith('&& ', at)) {
      end();
      at += 2;
    } else {
      const isBracket = sign === '(' || sign === '{';
      const isExpansion = isBracket && script[at - 1] === '$';
      const opens = isQuoted
        ? inside === '"' && isExpansion
        : isBracket || sign === '"' || sign === "'";
      if (opens) open.push(sign);
      statement += sign;
    }
  }
  end();
  return found;
}
