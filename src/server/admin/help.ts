import type { Command, Option } from './command.ts';

const JSON_OPTION: Option = {
  name: 'json',
  about: 'the same as JSON; its shapes are in docs/operations/admin.md',
};
const HELP_OPTION: Option = { name: 'help', about: 'this text' };

/** All commands, a line each. */
export function helpOfAll(commands: readonly Command[]): string {
  const names = commands.map(({ words, operands }) => [words, ...operands].join(' '));
  const width = Math.max(...names.map((name) => name.length));
  const lines = commands.map(({ about }, index) => `  ${names[index]?.padEnd(width)}  ${about}`);
  return `npm run admin -- <command> - looks into the backend's database, and does what an operator must do there.

${lines.join('\n')}

  --json  the same as JSON
  --help  this text; behind a command, its options

It reads the environment that the backend reads. Beside a backend it works with PostgreSQL; the embedded database serves
one process, so stop the backend first. It never brings a database up to date. Nothing it prints is a secret, a text of a
message or the name of a client.

Exit code 0; 1 when something is wrong or was not found; 2 for wrong use; 78 for a wrong environment.`;
}

/** One command with its options. */
export function helpOfOne({ words, operands, about, options }: Command): string {
  const all = [...options, JSON_OPTION, HELP_OPTION];
  const names = all.map(
    ({ name, value }) => `--${name}${value === undefined ? '' : ` <${value}>`}`,
  );
  const width = Math.max(...names.map((name) => name.length));
  const lines = all.map((option, index) => `  ${names[index]?.padEnd(width)}  ${option.about}`);
  return `npm run admin -- ${[words, ...operands].join(' ')}
  ${about}

${lines.join('\n')}`;
}
