import { parseArgs } from 'node:util';
import { ConfigError } from '../config.ts';
import { DataDirInUse } from '../platform/database/data-dir-lock.ts';
import { WrongSecretKeys } from '../platform/database/key-checks.ts';
import { OtherDatabase } from '../platform/database/open-as-is.ts';
import { isStorageUnavailable } from '../platform/database/storage-errors.ts';
import { type Answer, type Command, NotFound, Order, Refused, WrongUse } from './command.ts';
import { COMMANDS } from './commands.ts';
import { helpOfAll, helpOfOne } from './help.ts';
import type { OpenTools } from './open-tools.ts';

/** What a run leaves behind. */
export interface Outcome {
  /** 0; 1: something is wrong or was not found; 2: wrong use; 78: a wrong environment. */
  exitCode: number;
  stdout: string;
  stderr: string;
}

const FAILURE = 1;
const WRONG_USE = 2;
/** `EX_CONFIG` of sysexits.h, as the backend ends with. */
const WRONG_ENVIRONMENT = 78;

/**
 * Runs one command.
 *
 * @param args what was typed behind `npm run admin --`
 * @param open called only when the order is understood
 *
 * @throws what is a fault of ours
 */
export async function runAdmin(
  args: readonly string[],
  open: () => Promise<OpenTools>,
): Promise<Outcome> {
  try {
    if (args.includes('--help')) return said(helpFor(args));
    const { command, order, isJson } = understand(args);
    const tools = await open();
    try {
      const answer = await command.run(tools, order);
      return { ...said(isJson ? jsonOf(answer) : answer.text), exitCode: answer.exitCode ?? 0 };
    } finally {
      await tools.close();
    }
  } catch (error) {
    const exitCode = exitCodeOf(error);
    if (exitCode === undefined) throw error;
    return { exitCode, stdout: '', stderr: `${explain(error)}\n` };
  }
}

interface Understood {
  command: Command;
  order: Order;
  isJson: boolean;
}

function understand(args: readonly string[]): Understood {
  const command = findCommand(args);
  if (command === undefined) throw new WrongUse(unknownCommand(args));
  const { words, operands, options } = command;
  const { values, positionals } = parse(args.slice(words.split(' ').length), [
    ...options.map(({ name, value }) => [name, value === undefined] as const),
    ['json', true],
  ]);
  if (positionals.length !== operands.length) throw new WrongUse(`It is: ${usageOf(command)}`);
  return {
    command,
    order: new Order(positionals, values),
    isJson: values.json === true,
  };
}

function parse(args: readonly string[], names: readonly (readonly [string, boolean])[]) {
  const options = Object.fromEntries(
    names.map(([name, isFlag]) => [name, { type: isFlag ? 'boolean' : 'string' } as const]),
  );
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    if (error instanceof TypeError) throw new WrongUse(error.message);
    throw error;
  }
}

/** The one with the most words. */
function findCommand([first = '', second = '']: readonly string[]): Command | undefined {
  const named = (words: string) => COMMANDS.find((command) => command.words === words);
  return named(`${first} ${second}`) ?? named(first);
}

function unknownCommand([first]: readonly string[]): string {
  if (first === undefined) return `Name a command.\n\n${helpOfAll(COMMANDS)}`;
  const longer = COMMANDS.filter(({ words }) => words.startsWith(`${first} `));
  const known = (longer.length > 0 ? longer : COMMANDS).map(({ words }) => words);
  return `There is no such command. There are: ${known.join(', ')}. See --help.`;
}

function helpFor(args: readonly string[]): string {
  const words = args.filter((word) => !word.startsWith('-'));
  const one = findCommand(words);
  const related = COMMANDS.filter(
    ({ words: known }) => known.split(' ')[0] === words[0] && known.startsWith(one?.words ?? ''),
  );
  return related.length > 0 ? related.map(helpOfOne).join('\n\n') : helpOfAll(COMMANDS);
}

function usageOf({ words, operands }: Command): string {
  return ['npm run admin --', words, ...operands].join(' ');
}

function jsonOf({ json }: Answer): string {
  return JSON.stringify(json, null, 2);
}

function said(text: string): Outcome {
  return { exitCode: 0, stdout: `${text}\n`, stderr: '' };
}

/** Undefined: a fault of ours. */
function exitCodeOf(error: unknown): number | undefined {
  if (error instanceof WrongUse) return WRONG_USE;
  if (error instanceof ConfigError || error instanceof WrongSecretKeys) return WRONG_ENVIRONMENT;
  const isExpected = [NotFound, Refused, OtherDatabase, DataDirInUse].some(
    (kind) => error instanceof kind,
  );
  return isExpected || isUnreachable(error) ? FAILURE : undefined;
}

/** PostgreSQL's classes for a wrong password or role (28) and a database that is not there (3D). */
function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return isStorageUnavailable(error) || (typeof code === 'string' && /^(28|3D)...$/.test(code));
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) {
    const faults = error.faults.map((fault) => `\n  - ${fault}`).join('');
    return `The commands need the environment that the backend runs with. Correct these settings:${faults}`;
  }
  if (error instanceof DataDirInUse) {
    return `The embedded database in ${error.directory} is in use by ${error.holder}, and serves one process at a time. Stop the backend, run the command again, and start the backend. With PostgreSQL (DATABASE_URL) both work at once.`;
  }
  if (!(error instanceof Error)) return String(error);
  return isUnreachable(error) ? `The database cannot be used: ${causeOf(error)}` : error.message;
}

/** Several addresses of one host fail together, without a message of their own. */
function causeOf(error: Error): string {
  if (error.message !== '') return error.message;
  const [first] = error instanceof AggregateError ? error.errors : [];
  return first instanceof Error ? first.message : error.name;
}
