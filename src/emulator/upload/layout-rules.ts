import { baseOf } from './locations.ts';
import { PAGES } from './pages.ts';
import { listed, type Severity, type WidgetProblem } from './problem.ts';
import { textsIn, type Widget } from './widget-package.ts';

/** What does not belong into an archive, from the surest to the least sure; a file counts once. */
const LITTER: readonly { is: RegExp; what: string; severity: Severity }[] = [
  {
    is: /(^|\/)node_modules\//,
    what: 'belongs to node_modules, and not into the archive',
    severity: 'warning',
  },
  {
    is: /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|__MACOSX(\/.*)?|\._[^/]*)$/i,
    what: 'was left by the system, and does not belong into the archive',
    severity: 'warning',
  },
  {
    is: /(^|\/)\.(git|svn|hg|idea|vscode|github)\/|(^|\/)\.(env|npmrc)(\.[^/]*)?$/,
    what: 'is for your eyes only: take it out of the archive',
    severity: 'warning',
  },
  {
    is: /\.map$/,
    what: 'is a source map, and does not belong into the archive',
    severity: 'warning',
  },
  {
    is: /(^|\/)(package(-lock)?\.json|yarn\.lock|pnpm-lock\.yaml|tsconfig[^/]*\.json|(webpack|vite|rollup|babel|eslint|gulpfile)[^/]*\.[cm]?[jt]s|Makefile|Dockerfile|docker-compose[^/]*|\.[a-z][^/]*rc(\.[^/]*)?|\.editorconfig|\.git[a-z]+)$|\.(tsx?|jsx|scss|less|psd|sketch|fig|log|bak|orig|tmp|zip|rar|7z|tgz)$/i,
    what: 'is a file of development, and does not belong into the archive',
    severity: 'warning',
  },
];

/** Where the files lie and what they are called. */
export function checkLayout({ files, manifest }: Widget): WidgetProblem[] {
  const problems: WidgetProblem[] = [];
  const names = [...files.keys()];
  if (!files.has('script.js')) problems.push(missingScript(names));
  for (const [index, { what, severity }] of LITTER.entries()) {
    const found = names.filter((name) => LITTER.findIndex(({ is }) => is.test(name)) === index);
    const [first, ...others] = found;
    if (first === undefined) continue;
    const also =
      others.length === 0 ? '' : ` (so do ${listed(others)})`.replace('do', verbOf(what));
    problems.push({
      severity,
      file: first,
      message: `${what}${also}`,
      source: PAGES.amoRequirements,
    });
  }
  const places = textsIn(manifest?.locations).map(baseOf);
  for (const [place, file, source] of [
    ['amoforms', 'amoforms.js', PAGES.webForms],
    ['personal_page', 'personal_page.js', PAGES.personalPage],
  ] as const) {
    if (!places.includes(place) || files.has(file)) continue;
    const message = `is missing: the location ${place} runs this file`;
    problems.push({ severity: 'warning', file, message, source });
  }
  return problems;
}

/** Whether a file is litter, which has been named already. */
export function isLitter(name: string): boolean {
  return LITTER.some(({ is }) => is.test(name));
}

function verbOf(what: string): string {
  const [verb = ''] = what.split(' ');
  return { belongs: 'do', was: 'were', is: 'are' }[verb] ?? 'are';
}

function missingScript(names: readonly string[]): WidgetProblem {
  const called = names.find((name) => /^script\.js$/i.test(name));
  const message =
    called === undefined
      ? 'is missing: without it the widget does nothing'
      : `is missing, and the file is called ${called}; capitals count`;
  return { severity: 'error', file: 'script.js', message, source: PAGES.amoStructure };
}
