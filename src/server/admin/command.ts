import type { Config } from '../config.ts';
import type { Db } from '../platform/database/database.ts';
import type { Secrets } from '../platform/database/secrets.ts';
import type { Jobs } from '../platform/jobs.ts';

/** What a command works with: the environment of the backend, and its database. */
export interface Tools {
  config: Config;
  db: Db;
  kind: 'postgres' | 'embedded';
  secrets: Secrets;
  /** For requests only. Opened when a command first asks for it. */
  openJobs(): Promise<Jobs>;
}

/** What a command says. */
export interface Answer {
  /** For `--json`; its shape is in `docs/operations/admin.md`. */
  json: object;
  /** For people, without a newline at the end. */
  text: string;
  /** What the process ends with; absent: 0. */
  exitCode?: number;
}

/** Something of the order is not there. The message is for the operator. Exit code 1. */
export class NotFound extends Error {}

/** The command cannot do what it is asked as things stand. The message is for the operator. Exit code 1. */
export class Refused extends Error {}

/** The order cannot be understood. The message is for the operator. Exit code 2. */
export class WrongUse extends Error {}

/** An option of a command, as its help shows it. */
export interface Option {
  name: string;
  /** What stands for its value in the help; absent: it takes none. */
  value?: string;
  about: string;
}

/** One command of the operator. */
export interface Command {
  /** As they are typed, such as `accounts show`. */
  words: string;
  /** What must follow, as the help shows it. */
  operands: readonly string[];
  options: readonly Option[];
  /** A sentence. */
  about: string;
  run(tools: Tools, order: Order): Promise<Answer>;
}

/** What was typed behind the words of a command; known options only. */
export class Order {
  readonly #operands: readonly string[];
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(operands: readonly string[], values: Readonly<Record<string, unknown>>) {
    this.#operands = operands;
    this.#values = values;
  }

  operand(index: number): string {
    return this.#operands[index] ?? '';
  }

  has(name: string): boolean {
    return this.#values[name] === true;
  }

  /** Undefined where the option was not given. */
  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** @throws WrongUse when it is none of these */
  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const found = choices.find((choice) => choice === text);
    if (found === undefined) throw new WrongUse(`--${name} is one of ${choices.join(', ')}.`);
    return found;
  }

  /** How many rows are listed at most. @throws WrongUse */
  limit(): number {
    const text = this.text(LIMIT.name) ?? String(USUAL_LIMIT);
    if (!/^[1-9]\d{0,4}$/.test(text)) {
      throw new WrongUse('--limit is a whole number from 1 to 99999.');
    }
    return Number(text);
  }
}

const USUAL_LIMIT = 100;

/** For commands that list rows. */
export const LIMIT: Option = {
  name: 'limit',
  value: 'number',
  about: `how many are listed at most (${USUAL_LIMIT})`,
};

/** What was found of a list that one row more was asked of. */
export interface Page<Row> {
  rows: Row[];
  hasMore: boolean;
}

/** Cuts the row off that only tells whether there are more. */
export function pageOf<Row>(found: readonly Row[], limit: number): Page<Row> {
  return { rows: found.slice(0, limit), hasMore: found.length > limit };
}
