import { PAGES } from './pages.ts';
import { listed, type Severity, type WidgetProblem } from './problem.ts';
import { isThirdParty } from './third-party.ts';
import type { Widget } from './widget-package.ts';

const TEXT = /\.(js|css|json|twig|html|txt|md)$/;
const BOM = '\uFEFF';

/** Text files are UTF-8 without a byte order mark, with LF. A fault of several files is one problem. */
export function checkTextFiles({ files }: Pick<Widget, 'files'>): WidgetProblem[] {
  const marked: string[] = [];
  const undecodable: string[] = [];
  const crlf: { file: string; line: number }[] = [];
  for (const [file, bytes] of files) {
    if (!TEXT.test(file)) continue;
    const text = decode(bytes);
    if (text === undefined) undecodable.push(file);
    else if (text.startsWith(BOM)) marked.push(file);
    const at = text?.indexOf('\r') ?? -1;
    if (at !== -1 && !isThirdParty(file)) {
      crlf.push({ file, line: text?.slice(0, at).split('\n').length ?? 1 });
    }
  }
  return [
    ...problemOf(undecodable, 'is not UTF-8'),
    ...problemOf(marked, 'begins with a byte order mark; save it as UTF-8 without BOM'),
    ...crlf.slice(0, 1).map(({ file, line }): WidgetProblem => {
      const others = crlf.slice(1).map((one) => one.file);
      const also = others.length === 0 ? '' : ` (also ${listed(others)})`;
      const message = `ends lines with CR; moderation wants LF only${also}`;
      return { severity: 'warning', file, line, message, source: PAGES.amoRequirements };
    }),
  ];
}

/** Kommo reads the JSON files itself; of the others only moderation asks. */
function problemOf(found: readonly string[], text: string): WidgetProblem[] {
  const [first, ...others] = found;
  if (first === undefined) return [];
  const also = others.length === 0 ? '' : ` (also ${listed(others)})`;
  const severity: Severity = found.some((file) => file.endsWith('.json')) ? 'error' : 'warning';
  return [{ severity, file: first, message: `${text}${also}`, source: PAGES.structure }];
}

/** The text, with its mark; undefined if it is not UTF-8. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
