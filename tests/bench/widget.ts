import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { measureBudget } from '../../src/pack/budget.ts';
import { isBuilt } from '../../src/pack/build-stamp.ts';
import type { PackageFiles } from '../../src/pack/package-files.ts';
import { PROJECT } from '../../src/pack/project.ts';
import { type Figure, median, type Row } from './figures.ts';
import { generatorDemo, NO_DEMO } from './generator-demo.ts';

const KB = 1024;
const PARSES = 51;
const HOW_PARSED = `V8 of Node, without its cache, median of ${PARSES}`;

/** What the settings need before they are seen. */
const FIRST_SCRIPTS = ['script.js', 'app.js', 'vendor.js'];
const ON_EVERY_PAGE = ['script.js'];

/** React alone, as its authors ship it: what any widget made with it cannot go below. */
const REACT = ['react/umd/react.production.min.js', 'react-dom/umd/react-dom.production.min.js'];

/** What a browser fetches of the widget, and how long its engine reads the scripts before one line has run. */
export async function measureWidget(): Promise<Row[]> {
  if (!isBuilt()) execFileSync(process.execPath, [`${PROJECT}/src/pack/build.ts`]);
  const files = readFolder(`${PROJECT}/dist/widget`);
  const react = REACT.map((path) => readFileSync(`${PROJECT}/node_modules/${path}`, 'utf8'));
  const reactBytes = { name: 'React 18 alone', value: compressed(react) / KB };
  const reactParse = { name: 'React 18 alone', value: parseMs(react) };
  const bytes = measureBudget(files, readFileSync(`${PROJECT}/dist/widget.zip`)).map(
    ({ what, bytes: size, limit }): Figure => ({
      name: what,
      value: size / KB,
      unit: 'KB',
      bound: limit / KB,
      yardstick: reactBytes,
    }),
  );
  const textOf = (names: readonly string[]) =>
    names.map((name) => Buffer.from(files.get(name) ?? []).toString('utf8'));
  const first = parseMs(textOf(FIRST_SCRIPTS));
  return [
    ...bytes,
    {
      name: 'parse time of script.js, on every page',
      value: parseMs(textOf(ON_EVERY_PAGE)),
      unit: 'ms',
      how: HOW_PARSED,
      yardstick: reactParse,
    },
    {
      name: 'parse time of the scripts of the first paint',
      value: first,
      unit: 'ms',
      how: HOW_PARSED,
      yardstick: reactParse,
    },
    ...besideDemo(bytes[1]?.value ?? Number.NaN, first),
  ];
}

function besideDemo(firstKilobytes: number, firstParse: number): Row[] {
  const folder = generatorDemo();
  const names = ['first paint (gzip), beside the demo', 'parse time, beside the demo'] as const;
  if (folder === undefined) return names.map((name) => ({ name, why: NO_DEMO }));
  const files = readFolder(folder);
  const texts = (pattern: RegExp) =>
    [...files].filter(([name]) => pattern.test(name)).map(([, bytes]) => String(bytes));
  return [
    {
      name: names[0],
      value: firstKilobytes,
      unit: 'KB',
      yardstick: { name: "generator's demo", value: compressed(texts(/^[^/]+\.(js|css)$/)) / KB },
    },
    {
      name: names[1],
      value: firstParse,
      unit: 'ms',
      how: HOW_PARSED,
      yardstick: { name: "generator's demo", value: parseMs(texts(/^[^/]+\.js$/)) },
    },
  ];
}

function readFolder(folder: string): PackageFiles {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = paths.filter((path) => statSync(join(folder, path)).isFile());
  return new Map(files.map((path) => [path, readFileSync(join(folder, path))]));
}

function compressed(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0);
}

/** Of all of them, one after the other. */
function parseMs(texts: readonly string[]): number {
  const times: number[] = [];
  for (let time = 0; time < PARSES; time += 1) {
    // Another text each time: the engine remembers what it has parsed.
    const fresh = texts.map((text) => `${text}\n//${time}`);
    const began = performance.now();
    for (const text of fresh) new Script(text);
    times.push(performance.now() - began);
  }
  return median(times);
}
