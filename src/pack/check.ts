import { parseArgs } from 'node:util';
import { judgeWidget } from '../emulator/upload/judge-widget.ts';
import { countErrors, describeProblem, verdictOf } from '../emulator/upload/problem.ts';
import { loadWidget } from '../emulator/upload/widget-folder.ts';
import { BrandRefused, brandPath, type OpenBrand, openBrand } from './brand/open-brand.ts';
import { formatBudget, isOverBudget, kilobytes, measureBudget, measureFiles } from './budget.ts';
import { assembleWidget } from './build-widget.ts';
import { checkNoDevelopment } from './development-mark.ts';
import type { PackageFiles } from './package-files.ts';
import { PackageRefused } from './package-refused.ts';
import { judgePackage } from './package-rules.ts';
import { PROJECT, projectVersion } from './project.ts';
import { runTool } from './run-tool.ts';
import { zipFiles } from './zip.ts';

const HELP = `npm run check - format, lint, types, import zones, unused code, and everything Kommo's upload and moderation
would say about the widget, with the byte budget. Changes nothing; npm run format fixes the format.

  --widget <folder|zip>  only judges that widget, any: exit 1 if Kommo would refuse it
  --brand <file>         judges the widget with that brand instead of brand.json (BRAND_FILE says the same)
`;

const BIOME = '@biomejs/biome/bin/biome';
const TSC = 'typescript/bin/tsc';
const ZONES = ['style/noRestrictedImports', 'suspicious/noImportCycles'];

/** Separate from dist/widget.zip, so that a check never replaces what someone is about to upload. */
const OUT_DIR = `${PROJECT}/dist/check`;

interface Check {
  name: string;
  /** @returns what is wrong, or an empty text */
  run: () => Promise<string>;
}

const { values } = parseArgs({
  options: {
    help: { type: 'boolean' },
    widget: { type: 'string' },
    brand: { type: 'string' },
  },
});

if (values.help) process.stdout.write(HELP);
else if (values.widget !== undefined) await judge(values.widget);
else await main();

/** Prints what the emulator's --check prints, and refuses a development build of our own. */
async function judge(path: string): Promise<void> {
  const { files } = await loadWidget(path);
  const problems = [...(await judgeWidget(path)), ...checkNoDevelopment(files)];
  for (const problem of problems) process.stdout.write(`${describeProblem(problem)}\n`);
  process.stdout.write(`${verdictOf(problems)}\n`);
  process.exitCode = countErrors(problems) > 0 ? 1 : 0;
}

async function main(): Promise<void> {
  // Two lanes, because machines usually have at least two cores. Each prints as it goes.
  const results = await Promise.all([
    runLane([
      tool('format and lint', BIOME, ['check', '--error-on-warnings', '.']),
      tool('import zones and cycles', BIOME, [
        'lint',
        ...ZONES.map((rule) => `--only=${rule}`),
        '.',
      ]),
      tool('unused code and dependencies', 'knip/bin/knip.js', []),
    ]),
    runLane([
      tool('types: server, emulator, tools', TSC, ['-p', '.']),
      tool('types: widget', TSC, ['-p', 'src/widget']),
      tool('types: widget tests', TSC, ['-p', 'tests/widget']),
      tool('types: emulated page', TSC, ['-p', 'src/emulator/page/browser']),
      tool('types: page of Telegram clients', TSC, ['-p', 'src/emulator/services/telegram/page']),
      tool('types: page of Slack members', TSC, ['-p', 'src/emulator/services/slack/page']),
    ]),
  ]);
  const isWidgetOk = await checkWidget();
  const isOk = results.flat().every(Boolean) && isWidgetOk;
  process.stdout.write(isOk ? '\nEverything is in order.\n' : '\nThere are faults.\n');
  process.exitCode = isOk ? 0 : 1;
}

function tool(name: string, program: string, args: readonly string[]): Check {
  return {
    name,
    run: async () => {
      const { isOk, output } = await runTool(program, args);
      return isOk ? '' : output.trim() || 'failed without a word';
    },
  };
}

async function runLane(checks: readonly Check[]): Promise<boolean[]> {
  const results: boolean[] = [];
  for (const { name, run } of checks) results.push(report(name, await run()));
  return results;
}

async function checkWidget(): Promise<boolean> {
  let open: OpenBrand;
  try {
    open = openBrand(brandPath(values.brand));
  } catch (error) {
    if (!(error instanceof BrandRefused || error instanceof PackageRefused)) throw error;
    return report('brand', error.message);
  }
  const results = [report('brand', '')];
  let files: PackageFiles;
  try {
    files = await assembleWidget(open, OUT_DIR);
  } catch (error) {
    return report('widget builds', error instanceof Error ? error.message : String(error));
  }
  results.push(report('widget builds', ''));
  for (const [name, problems] of Object.entries(judgePackage(files, projectVersion()))) {
    results.push(report(`widget: ${name}`, problems.map(describeProblem).join('\n')));
  }
  const budget = measureBudget(files, zipFiles(files));
  process.stdout.write(`\nBudget (1 KB = 1024 bytes)\n${formatBudget(budget)}\n\nFiles`);
  for (const { name, bytes, gzip } of measureFiles(files)) {
    const sizes = `${kilobytes(bytes).padStart(10)}${kilobytes(gzip).padStart(12)} gzip`;
    process.stdout.write(`\n  ${name.padEnd(24)}${sizes}`);
  }
  process.stdout.write('\n');
  return results.every(Boolean) && !budget.some(isOverBudget);
}

function report(name: string, problem: string): boolean {
  if (problem === '') process.stdout.write(`ok    ${name}\n`);
  else process.stdout.write(`FAIL  ${name}\n${problem.replaceAll(/^/gm, '      ')}\n`);
  return problem === '';
}
