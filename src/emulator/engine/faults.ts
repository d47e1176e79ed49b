import { type Match, type Matchable, matches, parseMatch } from './match.ts';

/**
 * What goes wrong.
 * - `{status, body?, headers?, delayMs?}`: this answer instead of the real one; nothing is done.
 * - `{delayMs}`: the real answer, later.
 * - `{extra}`: the real answer with more properties in its JSON body (unknown fields).
 * - `hang`: no answer until the faults are cleared or the caller gives up; nothing is done.
 * - `reset`: the connection is reset; nothing is done. `loseAnswer`: the request is carried out, then reset.
 * - `cutMidBody`: carried out; half of the body arrives. `drip`: the body comes a few bytes at a time.
 * - `html403`: nginx's page, as a blocked caller sees it. `noContent`: carried out, answered 204 and empty.
 * - `{rateLimited: seconds | null}`: 429, with or without the time to wait.
 */
export type FaultAction =
  | 'hang'
  | 'reset'
  | 'loseAnswer'
  | 'cutMidBody'
  | 'drip'
  | 'html403'
  | 'noContent'
  | { rateLimited: number | null }
  | { extra: Record<string, unknown>; delayMs?: number }
  | { status: number; body?: unknown; headers?: Record<string, string>; delayMs?: number }
  | { delayMs: number };

export interface FaultRule {
  match?: Match;
  /** How many requests it hits. Default 1; 0: every one until it is cleared. */
  times?: number;
  /** How many matching requests pass first. Default 0. */
  after?: number;
  action: FaultAction;
}

interface Armed {
  id: number;
  match: Match;
  action: FaultAction;
  /** Undefined: no limit. */
  left: number | undefined;
  pass: number;
  hits: number;
}

const WORDS = ['hang', 'reset', 'loseAnswer', 'cutMidBody', 'drip', 'html403', 'noContent'];

/** Faults that wait for their requests, oldest first. At most one applies to a request. */
export class Faults {
  #armed: Armed[] = [];
  #nextId = 1;
  #cleared = new AbortController();

  /** @returns the rule's id @throws TypeError for a malformed rule */
  add(rule: FaultRule): number {
    const { times = 1, after = 0 } = rule;
    if (!Number.isInteger(times) || times < 0)
      throw new TypeError('times: a whole number, 0 or more');
    if (!Number.isInteger(after) || after < 0)
      throw new TypeError('after: a whole number, 0 or more');
    const id = this.#nextId++;
    const left = times === 0 ? undefined : times;
    const match = parseMatch(rule.match);
    this.#armed.push({ id, match, action: parseAction(rule.action), left, pass: after, hits: 0 });
    return id;
  }

  /** Takes the action for this request, using one of the rule's times. */
  take(request: Matchable): FaultAction | undefined {
    for (const rule of this.#armed) {
      if (rule.left === 0 || !matches(rule.match, request)) continue;
      if (rule.pass > 0) {
        rule.pass -= 1;
        continue;
      }
      if (rule.left !== undefined) rule.left -= 1;
      rule.hits += 1;
      return rule.action;
    }
    return undefined;
  }

  list(): object[] {
    return this.#armed.map(({ left, ...rule }) => ({ ...rule, left: left ?? 'unlimited' }));
  }

  /** Disarms one rule or all of them; hanging requests are released (their connections are reset). */
  clear(id?: number): void {
    this.#armed = id === undefined ? [] : this.#armed.filter((rule) => rule.id !== id);
    this.#cleared.abort();
    this.#cleared = new AbortController();
  }

  /** Aborted at the next `clear`. */
  get cleared(): AbortSignal {
    return this.#cleared.signal;
  }
}

function parseAction(action: unknown): FaultAction {
  if (typeof action === 'string') {
    if (WORDS.includes(action)) return action as FaultAction;
    throw new TypeError(`action: one of ${WORDS.join(', ')} or an object is expected`);
  }
  if (typeof action !== 'object' || action === null) throw new TypeError('action: missing');
  const has = (name: string) => Object.hasOwn(action, name);
  if (has('status')) {
    const { status } = action as { status: unknown };
    if (!Number.isInteger(status) || Number(status) < 200 || Number(status) > 599) {
      throw new TypeError('action.status: 200 to 599 is expected');
    }
    return action as FaultAction;
  }
  if (has('rateLimited') || has('extra') || has('delayMs')) return action as FaultAction;
  throw new TypeError('action: needs status, delayMs, extra or rateLimited');
}
