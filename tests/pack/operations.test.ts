import { readFileSync } from 'node:fs';
import { PROJECT } from '../../src/pack/project.ts';
import { Metrics } from '../../src/server/platform/metrics.ts';

const FOLDER = `${PROJECT}/docs/operations`;

function read(name: string): string {
  return readFileSync(`${FOLDER}/${name}`, 'utf8');
}

/** Names that a query may use: those of a histogram stand for three. */
async function knownNames(): Promise<Set<string>> {
  const metrics = new Metrics({ services: ['telegram'], watchesProcess: true });
  const { body } = await metrics.text(undefined);
  const types = [...body.matchAll(/^# TYPE (\w+) (\w+)$/gm)];
  return new Set(
    types.flatMap(([, name = '', type]) =>
      type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name],
    ),
  );
}

/** Everything in a query that is a metric by its name. `up` is Prometheus's own. */
function namesIn(queries: readonly string[]): string[] {
  const prefixes = /\b(?:chat_connector|nodejs|process)_\w+/g;
  return [...new Set(queries.flatMap((query) => query.match(prefixes) ?? []))];
}

/** What stands behind `expr:`, on its own line or on those below it that are set further in. */
function expressionsOf(yaml: string): string[] {
  const found = [...yaml.matchAll(/^( *)(?:- )?expr: (?:\|-?\n((?:\1 +.*\n)+)|(.+)\n)/gm)];
  return found.map(([, , block, line]) => block ?? line ?? '');
}

interface Panel {
  title?: string;
  targets?: { expr: string }[];
  panels?: Panel[];
}

function queriesOf(panels: readonly Panel[]): string[] {
  return panels.flatMap(({ targets = [], panels: inner = [] }) => [
    ...targets.map(({ expr }) => expr),
    ...queriesOf(inner),
  ]);
}

test('the alerts ask for nothing that is not measured', async () => {
  const yaml = read('alerts.yml');
  const expressions = expressionsOf(yaml);
  expect(expressions).toHaveLength([...yaml.matchAll(/^ *- alert: /gm)].length);
  const known = await knownNames();
  const names = namesIn(expressions);
  expect(names.length).toBeGreaterThan(5);
  expect(names.filter((name) => !known.has(name))).toEqual([]);
});

test('the dashboard asks for nothing that is not measured, and shows every figure of ours', async () => {
  const queries = queriesOf((JSON.parse(read('dashboard.json')) as { panels: Panel[] }).panels);
  const known = await knownNames();
  const names = namesIn(queries);
  expect(names.filter((name) => !known.has(name))).toEqual([]);
  const family = (name: string) => name.replace(/_(?:bucket|sum|count)$/, '');
  const own = [...known].filter((name) => name.startsWith('chat_connector_')).map(family);
  const shown = names.map(family);
  expect([...new Set(own)].filter((name) => !shown.includes(name))).toEqual([]);
});

test('the page explains every alert and every figure of ours, and no other', async () => {
  const page = read('README.md');
  const alerts = [...read('alerts.yml').matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
  const explained = [...page.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
  expect(explained.sort()).toEqual(alerts.sort());
  const names = [...(await knownNames())].filter((name) => name.startsWith('chat_connector_'));
  const families = new Set(names.map((name) => name.replace(/_(?:bucket|sum|count)$/, '')));
  const listed = new Set(
    [...page.matchAll(/^\| `(chat_connector_\w+)`/gm)].map(([, name]) => name),
  );
  expect([...listed].sort()).toEqual([...families].sort());
});
