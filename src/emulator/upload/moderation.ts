import { isGlobalSelector, lintStyles } from './css-lint.ts';
import { isLitter } from './layout-rules.ts';
import { lintScript, lintVendor } from './moderation-lint.ts';
import { PAGES } from './pages.ts';
import { listed, type WidgetProblem } from './problem.ts';
import { isMinified, isThirdParty } from './third-party.ts';
import type { Widget } from './widget-package.ts';

/** What is known about the widget beside its files. */
interface Reading {
  /** Third-party scripts by path; without it they are known by their names. */
  thirdParty?: readonly string[];
  /** Reads as moderation might at worst, for a widget one can change. */
  isStrict?: boolean;
}

interface Fault {
  line?: number;
  message: string;
  subject?: string;
  source: string;
}

/**
 * What moderation refuses in the code of a public integration; private ones are not moderated, so all of it is
 * a warning. Apart from the other rules because it needs the parsers, which take their time to load.
 * https://developers.kommo.com/docs/getting-listed
 */
export function moderate({ files }: Pick<Widget, 'files'>, reading: Reading = {}): WidgetProblem[] {
  const found: (Fault & { file: string })[] = [];
  for (const [file, bytes] of files) {
    if (!/\.(js|css)$/.test(file) || isLitter(file)) continue;
    const source = Buffer.from(bytes).toString('utf8');
    for (const fault of faultsOf(file, source, reading)) found.push({ file, ...fault });
  }
  return gather(found);
}

function faultsOf(file: string, source: string, { thirdParty, isStrict }: Reading): Fault[] {
  const isForeign = thirdParty?.includes(file) ?? isThirdParty(file);
  if (file.endsWith('.css')) return lintStyles(source, isGlobalSelector);
  if (isForeign) return lintVendor(source);
  if (!isMinified(source)) return lintScript(file, source, { isStrict: isStrict === true });
  const message =
    'is minified; moderation wants to read own code, and libraries under their own names';
  return [{ message, source: PAGES.checklist, line: 1 }, ...lintVendor(source)];
}

/** The same fault in several places is one problem that names them. */
function gather(found: readonly (Fault & { file: string })[]): WidgetProblem[] {
  const kinds = new Map<string, (Fault & { file: string })[]>();
  for (const fault of found) {
    kinds.set(fault.message, [...(kinds.get(fault.message) ?? []), fault]);
  }
  return [...kinds.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const { file, line, source } = first;
    const subjects = [...new Set([first, ...others].flatMap(({ subject }) => subject ?? []))];
    const about = subjects.length === 0 ? '' : `${listed(subjects)}: `;
    const also = others.map((one) =>
      one.file === file ? `line ${one.line}` : `${one.file}:${one.line}`,
    );
    const more = also.length === 0 ? '' : ` (also ${listed([...new Set(also)])})`;
    const message = `${about}${first.message}${more}`;
    return [{ severity: 'warning', file, line, message, source } as const];
  });
}
