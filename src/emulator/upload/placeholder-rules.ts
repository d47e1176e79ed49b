import { PAGES } from './pages.ts';
import { listed, type WidgetProblem } from './problem.ts';
import { placeIn } from './shape-rules.ts';
import { isObject, type Widget } from './widget-package.ts';

/** `%WidgetVersion%`, `{{version}}`, `${VERSION}`, `<%= version %>`, `@@version`, `__VERSION__`, `[[version]]`. */
const PLACEHOLDER =
  /%[A-Za-z_]\w*%|\{\{[^}]*\}\}|\$\{[^}]*\}|<%[\s\S]*?%>|@@\w+|__[A-Z][A-Z0-9_]*__|\[\[\s*\w+\s*\]\]/;
/** In scripts and styles only what is nothing else there. */
const IN_CODE = /%(?:[A-Z][a-z0-9]+){2,}%|%[A-Z][A-Z0-9]*_[A-Z0-9_]*%/g;
const CODE = /\.(js|css|twig|html)$/;

/**
 * Places that a build step should have filled: the archive is then not what is meant to be uploaded.
 * @returns the places in the manifest, which need no other judgement
 */
export function findPlaceholders({ files, manifest, json }: Widget): {
  problems: WidgetProblem[];
  places: Set<string>;
} {
  const found = new Map<string, { file: string; line?: number; place?: string }[]>();
  const note = (name: string, at: { file: string; line?: number; place?: string }) =>
    found.set(name, [...(found.get(name) ?? []), at]);
  const places = new Set<string>();
  walk(manifest, '', (text, place) => {
    const name = PLACEHOLDER.exec(text)?.[0];
    // A bot fills {{…}} itself.
    if (name === undefined || place.endsWith('.default_value')) return;
    places.add(place);
    note(name, { file: 'manifest.json', line: json.get('manifest.json')?.lineOf(place), place });
  });
  for (const [file, content] of files) {
    if (!CODE.test(file)) continue;
    const text = Buffer.from(content).toString('utf8');
    for (const { 0: name, index } of text.matchAll(IN_CODE)) {
      note(name, { file, line: text.slice(0, index).split('\n').length });
    }
  }
  const problems = [...found].map(([name, [first, ...others]]): WidgetProblem => {
    const also = [...new Set(others.map(({ file, place }) => place ?? file))];
    const more = also.length === 0 ? '' : ` (also in ${listed(also)})`;
    return {
      // A script may fill such a place itself.
      severity: first?.file === 'manifest.json' ? 'error' : 'warning',
      file: first?.file ?? '',
      line: first?.line,
      place: first?.place,
      message: `holds the placeholder ${name}${more}; check what the build wrote, not its template`,
      source: PAGES.manifest,
    };
  });
  return { problems, places };
}

function walk(value: unknown, place: string, visit: (text: string, place: string) => void): void {
  if (typeof value === 'string') visit(value, place);
  else if (Array.isArray(value)) {
    for (const [index, one] of value.entries()) walk(one, placeIn(place, String(index)), visit);
  } else if (isObject(value)) {
    for (const [key, one] of Object.entries(value)) {
      const at = placeIn(place, key);
      visit(key, at);
      walk(one, at, visit);
    }
  }
}
