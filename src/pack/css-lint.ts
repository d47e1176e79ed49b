import type { Fault } from './fault.ts';

/** Root class of everything the widget draws. */
const ROOT_CLASS = 'chat-connector';

/** A selector may first ask for Kommo's dark theme, then it must begin at a class of ours. */
const OWN_SELECTOR = new RegExp(
  `^((html|:root)?\\[data-color-scheme=['"]?dark['"]?\\]\\s+)?\\.${ROOT_CLASS}(?![A-Za-z0-9])`,
);
const GROUPS = /^@(media|supports|container|layer)\b/;

/**
 * No selector may reach outside the widget (https://developers.kommo.com/docs/style-css): a rule for
 * `button` or `:root` would restyle the whole account.
 */
export function lintStyles(file: string, source: string): Fault[] {
  const css = blankComments(source);
  const faults: Fault[] = [];
  const fault = (at: number, message: string): void => {
    faults.push({ file, line: css.slice(0, at).split('\n').length, message });
  };
  // What the braces around the current place are: a group of rules, or something opaque to us.
  const open: ('group' | 'opaque')[] = [];
  let start = 0;
  for (const { 0: mark, index } of css.matchAll(/[{};]/g)) {
    const prelude = css.slice(start, index).trim();
    const at = start + css.slice(start, index).search(/\S|$/);
    const inGroup = open.every((kind) => kind === 'group');
    if (mark === '{') {
      if (GROUPS.test(prelude)) open.push(inGroup ? 'group' : 'opaque');
      else {
        if (inGroup) checkPrelude(prelude, (message) => fault(at, message));
        open.push('opaque');
      }
    } else if (mark === '}') open.pop();
    else if (inGroup && prelude.startsWith('@import')) {
      fault(at, '@import fetches a stylesheet nobody checked; put the rules here');
    }
    start = index + 1;
  }
  if (open.length > 0) fault(css.length, 'a block is not closed');
  return faults;
}

function checkPrelude(prelude: string, fault: (message: string) => void): void {
  if (prelude.startsWith('@keyframes')) {
    const name = prelude.replace('@keyframes', '').trim();
    if (!name.startsWith(`${ROOT_CLASS}-`)) {
      fault(`@keyframes ${name}: the name is global on the page; begin it with ${ROOT_CLASS}-`);
    }
    return;
  }
  if (prelude.startsWith('@')) {
    fault(`${prelude} reaches the whole page`);
    return;
  }
  for (const selector of splitSelectors(prelude)) {
    if (!OWN_SELECTOR.test(selector)) {
      fault(`"${selector}" is a global selector; begin it with .${ROOT_CLASS}`);
    }
  }
}

/** Splits at the commas that are not inside brackets, as in `:is(a, b)`. */
function splitSelectors(prelude: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < prelude.length; index += 1) {
    const character = prelude[index];
    if (character === '(' || character === '[') depth += 1;
    else if (character === ')' || character === ']') depth -= 1;
    else if (character === ',' && depth === 0) {
      parts.push(prelude.slice(start, index));
      start = index + 1;
    }
  }
  parts.push(prelude.slice(start));
  return parts.map((part) => part.trim());
}

/** Keeps the line breaks, so that line numbers stay true. Strings are blanked too: they may hold braces. */
function blankComments(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\/|(["'])(?:\\.|(?!\1)[^\\\n])*\1/g, (match, quote) =>
    quote === undefined || /[{};]/.test(match) ? match.replaceAll(/[^\n]/g, ' ') : match,
  );
}
