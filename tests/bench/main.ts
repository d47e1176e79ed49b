import { parseArgs } from 'node:util';
import { PROJECT } from '../../src/pack/project.ts';
import { testServer } from '../support/database.ts';
import { writeBenchmarks } from './benchmarks-page.ts';
import { isMeasured, isWithinBounds, type Row } from './figures.ts';
import { describeCommit, describeLoad, describeMachine } from './run-facts.ts';
import { SCENARIOS, scenariosCalled } from './scenarios.ts';
import { renderLine, renderRun, type Section } from './table.ts';

const PAGE = `${PROJECT}/docs/benchmarks.md`;

const HELP = `npm run bench - measures the product in processes of its own, against the emulator, on PostgreSQL
(TEST_DATABASE_URL, ${testServer()}), and prints one table. docs/benchmarks.md says how to read it.
Exit code 1 when a figure misses its bound or could not be taken because something failed.

  npm run bench                      everything; half an hour on two cores
  npm run bench -- <name> …          some of it; "messages" is all whose names begin so
  npm run bench -- <name> … --write  puts the rows into docs/benchmarks.md, too
  GENERATOR_DEMO=<folder>            a built widget of the vendor's generator, to compare widget and screens with

${Object.entries(SCENARIOS)
  .map(([name, { about }]) => `  ${name.padEnd(17)} ${about}`)
  .join('\n')}
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const all = Object.keys(SCENARIOS);
const unknown = positionals.filter((name) => scenariosCalled(name).length === 0);
if (values.help) process.stdout.write(HELP);
else if (unknown.length > 0) {
  process.stderr.write(`There is no bench ${unknown.join(', ')}.\n\n${HELP}`);
  process.exitCode = 2;
} else {
  await main(positionals.length === 0 ? all : [...new Set(positionals.flatMap(scenariosCalled))]);
}

/** The table goes to standard output in the end; what is known earlier, to standard error. */
async function main(names: readonly string[]): Promise<void> {
  const facts = {
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    commit: describeCommit(),
    machine: await describeMachine(),
    loadBefore: describeLoad(),
  };
  process.stderr.write(`${facts.machine}, load ${facts.loadBefore}\n`);
  const sections: Section[] = [];
  for (const name of names) {
    const scenario = SCENARIOS[name];
    if (scenario === undefined) continue;
    process.stderr.write(`\n${name}\n`);
    const rows = await measure(name, scenario.measure);
    for (const row of rows) process.stderr.write(`${renderLine(row)}\n`);
    process.stderr.write(`  load ${describeLoad()}\n`);
    if (rows.some((row) => isMeasured(row) && !isWithinBounds(row))) process.exitCode = 1;
    sections.push({ scenario: name, how: scenario.how, rows });
    // Each time, so that a run that is broken off leaves what it has measured.
    if (values.write) {
      writeBenchmarks(PAGE, { ...facts, loadAfter: describeLoad() }, sections, all);
    }
  }
  process.stdout.write(`\n${renderRun({ ...facts, loadAfter: describeLoad() }, sections)}`);
}

/** A scenario that fails is a row that says so, and does not cost the others. */
async function measure(name: string, run: () => Promise<Row[]>): Promise<Row[]> {
  try {
    return await run();
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    const [why = ''] = String(error instanceof Error ? error.message : error).split('\n');
    return [{ name: `all of ${name}`, why: `failed: ${why || 'without a word'}` }];
  }
}
