import { readFileSync } from 'node:fs';
import type { Sample } from './metrics.ts';

/** An alert of `docs/operations/alerts.yml`. */
export interface AlertRule {
  name: string;
  expression: string;
}

const FILE = new URL('../../docs/operations/alerts.yml', import.meta.url);

/** Every alert of the file that operators give to Prometheus. */
export function readAlertRules(): AlertRule[] {
  const rules = /- alert: (\w+)\n +expr: (?:\|\n((?: {10,}.*\n)+)|(.+)\n)/g;
  return [...readFileSync(FILE, 'utf8').matchAll(rules)].map(([, name = '', block, line]) => ({
    name,
    expression: block ?? line ?? '',
  }));
}

/** What was scraped when all was well, and now. A range reaches from the one to the other, an offset to the first. */
export interface Moments {
  before: readonly Sample[];
  now: readonly Sample[];
}

/** The alerts that fire when things stay as they are for as long as each of them wants. */
export function firingAlerts(rules: readonly AlertRule[], moments: Moments): string[] {
  const fires = ({ expression }: AlertRule) => vectorOf(evaluate(expression, moments)).length > 0;
  return rules.filter(fires).map(({ name }) => name);
}

type Labels = Record<string, string>;
type Vector = { labels: Labels; value: number }[];
type Value = number | Vector;
type Node = (moments: Moments) => Value;

/** Calculates what the alerts use of PromQL. @throws for anything else */
export function evaluate(expression: string, moments: Moments): Value {
  return new Parser(expression).parse()(moments);
}

const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?[smhd]?)|("(?:[^"\\]|\\.)*")|([a-zA-Z_:][\w:]*)|(=~|!~|!=|>=|<=|==|[{}()[\],=<>+\-*/]))/y;

const COMPARED: Record<string, (one: number, other: number) => boolean> = {
  '>': (one, other) => one > other,
  '<': (one, other) => one < other,
  '>=': (one, other) => one >= other,
  '<=': (one, other) => one <= other,
  '==': (one, other) => one === other,
  '!=': (one, other) => one !== other,
};

const COMBINED: Record<string, (one: number, other: number) => number> = {
  '+': (one, other) => one + other,
  '-': (one, other) => one - other,
  '*': (one, other) => one * other,
  '/': (one, other) => one / other,
};

const GATHERED: Record<string, (values: readonly number[]) => number> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  max: (values) => Math.max(...values),
  min: (values) => Math.min(...values),
};

/** Weakest first, as PromQL binds them. */
const LEVELS = [['and', 'unless'], Object.keys(COMPARED), ['+', '-'], ['*', '/']];

class Parser {
  readonly #tokens: string[] = [];
  #at = 0;

  constructor(text: string) {
    TOKEN.lastIndex = 0;
    const whole = text.trimEnd();
    while (TOKEN.lastIndex < whole.length) {
      const from = TOKEN.lastIndex;
      const [token] = TOKEN.exec(whole) ?? [];
      if (token === undefined) throw new Error(`Not understood: ${whole.slice(from)}`);
      this.#tokens.push(token.trim());
    }
  }

  parse(): Node {
    const node = this.#binary(0);
    if (this.#peek() !== undefined) throw new Error(`Not expected: ${this.#peek()}`);
    return node;
  }

  #binary(level: number): Node {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#operand();
    let left = this.#binary(level + 1);
    while (operators.includes(this.#peek() ?? '')) {
      const operator = this.#next();
      const on = this.#take('on') ? this.#names() : undefined;
      const [one, other] = [left, this.#binary(level + 1)];
      left = (moments) => combine(operator, one(moments), other(moments), on);
    }
    return left;
  }

  #operand(): Node {
    const token = this.#next();
    if (token === '(') {
      const node = this.#binary(0);
      this.#demand(')');
      return node;
    }
    if (/^\d/.test(token)) return () => Number(token);
    const gather = GATHERED[token];
    if (gather !== undefined) return this.#gathering(gather);
    if (token === 'increase') return this.#increase();
    return this.#selector(token);
  }

  #gathering(gather: (values: readonly number[]) => number): Node {
    const by = this.#take('by') ? this.#names() : [];
    this.#demand('(');
    const inner = this.#binary(0);
    this.#demand(')');
    return (moments) => {
      const groups = Map.groupBy(vectorOf(inner(moments)), ({ labels }) =>
        JSON.stringify(by.map((name) => labels[name] ?? '')),
      );
      return [...groups.values()].map((group) => ({
        labels: Object.fromEntries(by.map((name) => [name, group[0]?.labels[name] ?? ''])),
        value: gather(group.map(({ value }) => value)),
      }));
    };
  }

  /** Of a counter that was there before: Prometheus, too, sees no step from nothing. */
  #increase(): Node {
    this.#demand('(');
    const selector = this.#selector(this.#next());
    this.#demand('[');
    this.#next();
    this.#demand(']');
    this.#demand(')');
    return ({ before, now }) => {
      const former = vectorOf(selector({ before, now: before }));
      return vectorOf(selector({ before, now })).flatMap(({ labels, value }) => {
        const was = former.find((one) => keyOf(one.labels) === keyOf(labels));
        return was === undefined ? [] : [{ labels, value: Math.max(0, value - was.value) }];
      });
    };
  }

  #selector(name: string): Node {
    const isWanted = this.#take('{') ? this.#matchers() : () => true;
    const isFormer = this.#take('offset');
    if (isFormer) this.#next();
    return ({ before, now }) =>
      (isFormer ? before : now)
        .filter((sample) => sample.name === name && isWanted(sample.labels))
        .map(({ labels, value }) => ({ labels, value }));
  }

  #matchers(): (labels: Labels) => boolean {
    const matchers: ((labels: Labels) => boolean)[] = [];
    while (!this.#take('}')) {
      const [label, operator, quoted] = [this.#next(), this.#next(), this.#next()];
      const wanted: string = JSON.parse(quoted);
      const pattern = new RegExp(`^(?:${wanted})$`);
      const isNegated = operator.startsWith('!');
      const isPattern = operator.endsWith('~');
      matchers.push((labels) => {
        const value = labels[label] ?? '';
        return (isPattern ? pattern.test(value) : value === wanted) !== isNegated;
      });
      this.#take(',');
    }
    return (labels) => matchers.every((isMet) => isMet(labels));
  }

  #names(): string[] {
    this.#demand('(');
    const names: string[] = [];
    while (!this.#take(')')) {
      names.push(this.#next());
      this.#take(',');
    }
    return names;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  #next(): string {
    const token = this.#peek();
    if (token === undefined) throw new Error('The expression ends too early.');
    this.#at += 1;
    return token;
  }

  #take(token: string): boolean {
    const isNext = this.#peek() === token;
    if (isNext) this.#at += 1;
    return isNext;
  }

  #demand(token: string): void {
    if (!this.#take(token)) throw new Error(`${token} is expected, not ${this.#peek()}.`);
  }
}

function combine(operator: string, left: Value, right: Value, on: string[] | undefined): Value {
  const key = (labels: Labels) =>
    on === undefined ? keyOf(labels) : JSON.stringify(on.map((name) => labels[name] ?? ''));
  if (operator === 'and' || operator === 'unless') {
    const keys = new Set(vectorOf(right).map(({ labels }) => key(labels)));
    return vectorOf(left).filter(({ labels }) => keys.has(key(labels)) === (operator === 'and'));
  }
  const partner = (labels: Labels) =>
    typeof right === 'number' ? right : right.find((one) => key(one.labels) === key(labels))?.value;
  const isMet = COMPARED[operator];
  const calculate = COMBINED[operator];
  if (typeof left === 'number') {
    if (calculate === undefined) throw new Error(`Not understood: a number ${operator}`);
    if (typeof right === 'number') return calculate(left, right);
    return right.map(({ labels, value }) => ({ labels, value: calculate(left, value) }));
  }
  return left.flatMap(({ labels, value }) => {
    const other = partner(labels);
    if (other === undefined) return [];
    if (isMet !== undefined) return isMet(value, other) ? [{ labels, value }] : [];
    return calculate === undefined ? [] : [{ labels, value: calculate(value, other) }];
  });
}

function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function vectorOf(value: Value): Vector {
  if (typeof value === 'number') throw new Error('Several values are expected, not one number.');
  return value;
}
