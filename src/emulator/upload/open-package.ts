import { foreignKind } from './foreign-manifest.ts';
import { type JsonSource, readJsonSource } from './json-source.ts';
import { PAGES } from './pages.ts';
import { listed, type WidgetProblem } from './problem.ts';
import { checkWidget } from './rules.ts';
import { isObject, type Json, type WidgetPackage } from './widget-package.ts';

type Files = ReadonlyMap<string, Uint8Array>;

/** Puts the files in their places, notes what was wrong, and checks the result. */
export function openPackage(raw: Files): Omit<WidgetPackage, 'path'> {
  const problems: WidgetProblem[] = [];
  const files = unwrap(inside(slashed(raw, problems), problems), problems);
  const json = new Map<string, JsonSource>();
  const readObject = (file: string) => {
    const content = files.get(file);
    return content === undefined ? undefined : readFile(file, content, json, problems);
  };
  const opened = { files, json, manifest: readObject('manifest.json'), i18n: {}, problems };
  const kind = opened.manifest === undefined ? undefined : foreignKind(opened.manifest);
  if (kind !== undefined) {
    const message = `This is ${kind}: it has no widget, no locations and no settings`;
    const problem = {
      severity: 'error',
      file: 'manifest.json',
      message,
      source: PAGES.manifest,
    } as const;
    return { ...opened, manifest: undefined, problems: [problem] };
  }
  if (!files.has('manifest.json')) {
    problems.push(missingManifest(files));
    if (!looksLikeWidget(files)) return opened;
  }
  const i18n: Record<string, Json> = {};
  for (const file of files.keys()) {
    const language = /^i18n\/([^/]+)\.json$/.exec(file)?.[1];
    const texts = language === undefined ? undefined : readObject(file);
    if (language !== undefined && texts !== undefined) i18n[language] = texts;
  }
  problems.push(...checkWidget({ ...opened, i18n }));
  return { ...opened, i18n };
}

function slashed(raw: Files, problems: WidgetProblem[]): Files {
  const wrong = [...raw.keys()].filter((name) => name.includes('\\'));
  const [first, ...others] = wrong;
  if (first === undefined) return raw;
  const also = others.length === 0 ? '' : ` (also in ${listed(others)})`;
  const message = `Names in the archive must use / and not \\${also}; pack it with another program`;
  problems.push({ severity: 'error', file: first, message, source: PAGES.structure });
  return new Map([...raw].map(([name, content]) => [name.replaceAll('\\', '/'), content]));
}

/** Leaves out what would be unpacked elsewhere. */
function inside(files: Files, problems: WidgetProblem[]): Files {
  const [first, ...others] = [...files.keys()].filter(leadsOut);
  if (first === undefined) return files;
  const also = others.length === 0 ? '' : ` (also ${listed(others)})`;
  const message = `The name leads out of the archive${also}; pack the folder from within`;
  problems.push({ severity: 'error', file: first, message, source: PAGES.structure });
  return new Map([...files].filter(([name]) => !leadsOut(name)));
}

function leadsOut(name: string): boolean {
  return /^(\/|[A-Za-z]:)/.test(name) || name.split('/').includes('..');
}

/** Takes away the folder that holds the widget if its files are not at the root. */
function unwrap(files: Files, problems: WidgetProblem[]): Files {
  if (files.has('manifest.json')) return files;
  const found = [...files.keys()].filter((name) => /^[^/]+\/manifest\.json$/.test(name));
  const folder = found.length === 1 ? found[0]?.split('/')[0] : undefined;
  if (folder === undefined) return files;
  const message = 'The files must lie at the root of the archive, not in a folder';
  const file = `${folder}/manifest.json`;
  problems.push({ severity: 'error', file, message, source: PAGES.structure });
  return new Map(
    [...files].flatMap(([name, content]) =>
      name.startsWith(`${folder}/`) ? [[name.slice(folder.length + 1), content]] : [],
    ),
  );
}

function missingManifest(files: Files): WidgetProblem {
  const names = [...files.keys()];
  const other =
    names.find((name) => name.toLowerCase() === 'manifest.json') ??
    names.find((name) => name.endsWith('/manifest.json'));
  const hint = other === undefined ? '' : `; there is ${other}`;
  const message = `It is missing${hint}`;
  return { severity: 'error', file: 'manifest.json', message, source: PAGES.structure };
}

/** Without a manifest only what has other parts of a widget is worth a look. */
function looksLikeWidget(files: Files): boolean {
  return files.has('script.js') || [...files.keys()].some((name) => /^i18n\/\w+\.json$/.test(name));
}

function readFile(
  file: string,
  content: Uint8Array,
  json: Map<string, JsonSource>,
  problems: WidgetProblem[],
): Json | undefined {
  const source = readJsonSource(
    Buffer.from(content)
      .toString('utf8')
      .replace(/^\uFEFF/, ''),
  );
  json.set(file, source);
  for (const { severity, line, column, place, message } of onePerMessage(source)) {
    const at = message.includes('column') ? '' : ` (column ${column})`;
    const text = `${message}${at}`;
    problems.push({
      severity,
      file,
      line,
      place: place || undefined,
      message: text,
      source: PAGES.structure,
    });
  }
  if (isObject(source.value)) return { ...source.value };
  if (source.faults.length === 0) {
    const message = 'must hold a JSON object, { … }';
    problems.push({ severity: 'error', file, line: 1, message, source: PAGES.structure });
  }
  return undefined;
}

/** The same fault again is told in the first one. */
function onePerMessage({ faults }: JsonSource): JsonSource['faults'] {
  const first = new Map<string, { fault: JsonSource['faults'][number]; lines: number[] }>();
  for (const fault of faults) {
    const known = first.get(fault.message);
    if (known === undefined) first.set(fault.message, { fault, lines: [] });
    else known.lines.push(fault.line);
  }
  return [...first.values()].map(({ fault, lines }) => {
    const also =
      lines.length === 0 ? '' : `; also in line ${listed([...new Set(lines)].map(String))}`;
    return { ...fault, message: `${fault.message}${also}` };
  });
}
