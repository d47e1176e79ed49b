import { type ExpectedFigure, type ExpectedLine, FAULTS, type Fault } from './fault-table.ts';

const HEAD = `# Faults

What an operator meets, where it shows, and what to do. Every row was brought about on a running backend and every cell
seen there: \`tests/process/faults.test.ts\` does it again at each run of the tests, \`full-disk.test.ts\` at those on both
databases, and this page is made from their list (\`UPDATE_DOCS=1\`). They do not wait as long as an alert does: ages are moved
back, and what shows is taken to last. A full disk of PostgreSQL is played by its own error, raised by triggers; that a server
without room answers so, and stops when there is none for its log, was seen by hand on PostgreSQL 15.

- **Log**: the level, the text to search for, and what else of the line tells the fault.
- **Metrics**: without \`chat_connector_\`. What they mean: [README](README.md#what-is-measured).
- **Health**: \`/health/live\` and \`/health/ready\`.
- **Command**: of \`npm run admin --\`, with its exit code. What they show: [admin](admin.md).
- **Alert**: what fires when it lasts, and nothing else does. What each means: [README](README.md#what-the-alerts-mean).

| Fault | Log | Metrics | Health | Command | Alert | What to do |
| --- | --- | --- | --- | --- | --- | --- |
`;

/** `docs/operations/faults.md`. */
export function renderFaultPage(): string {
  const rows = Object.values(FAULTS).map((fault) => `| ${cellsOf(fault).join(' | ')} |\n`);
  return HEAD + rows.join('');
}

function cellsOf(fault: Fault): string[] {
  const { title, log, figures, live, ready, command, alerts, remedy } = fault;
  return [
    `**${title}**`,
    log.map(lineText).join('<br>') || 'nothing: there is no process to say it',
    figures.map(figureText).join('<br>') || '—',
    live === ready ? `${live}` : `${live}, ${ready}`,
    `\`${command.words}\` (${command.exitCode}): ${command.says.replaceAll('<', '&lt;')}`,
    alerts.map((name) => `[${name}](README.md#${name.toLowerCase()})`).join(', ') || '—',
    remedy,
  ];
}

function lineText({ level, msg, with: members = {} }: ExpectedLine): string {
  const rest = membersOf(members).map(([name, value]) => `\`${name}: ${value}\``);
  return [`${level}: ${msg}`, ...rest].join(', ');
}

/** `err.code`, and its value. */
function membersOf(members: Record<string, unknown>, prefix = ''): [string, unknown][] {
  return Object.entries(members).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null
      ? membersOf({ ...value }, `${prefix}${name}.`)
      : [[prefix + name, value] satisfies [string, unknown]],
  );
}

function figureText({ name, labels = {}, is }: ExpectedFigure): string {
  const inside = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const series = inside.length === 0 ? name : `${name}{${inside.join(',')}}`;
  return `\`${series}\` ${typeof is === 'object' ? `over ${is.over}` : is}`;
}
