/** One line of what happened: a callback of the widget, a host call, a hook sent, a warning. */
export interface LogEntry {
  id: number;
  /** The emulator's clock, in milliseconds. */
  at: number;
  /** `callback`, `call`, `request`, `warning`, `console`, `error`, `hook`, `server` and the like. */
  kind: string;
  name: string;
  detail?: unknown;
}

const KEPT = 10_000;
const HIDDEN = '[hidden]';
const SECRET_NAMES = /secret|token|password|signature|authorization|cookie|api_?key|^pass$/i;
/** Beside one of these, `code` is an authorisation code; elsewhere it is a word like any other. */
const OAUTH_NAMES = ['grant_type', 'client_id', 'client_secret', 'redirect_uri', 'from_widget'];

/** The emulator's own log. Secrets are replaced before an entry is kept. */
export class Log {
  #entries: LogEntry[] = [];
  #nextId = 1;
  /** Id of the newest entry that made room for others. */
  #dropped = 0;
  #clearedAt = 0;
  #now: () => number;
  #secrets: () => string[];

  /** @param secrets values that must not appear under any name */
  constructor(now: () => number, secrets: () => string[]) {
    this.#now = now;
    this.#secrets = secrets;
  }

  add(entry: { kind: string; name: string; detail?: unknown; at?: number }): LogEntry {
    const secrets = this.#secrets();
    const clean: LogEntry = {
      id: this.#nextId++,
      at: entry.at ?? this.#now(),
      kind: entry.kind,
      name: String(redact(entry.name, secrets)),
    };
    if (entry.detail !== undefined) clean.detail = redact(entry.detail, secrets);
    this.#entries.push(clean);
    if (this.#entries.length > KEPT) this.#dropped = this.#entries.shift()?.id ?? this.#dropped;
    return clean;
  }

  /** Entries newer than the one with this id. */
  list(afterId = 0): LogEntry[] {
    return this.#entries.filter(({ id }) => id > afterId);
  }

  /** How many entries newer than the one with this id are kept no longer. */
  droppedSince(afterId = 0): number {
    return Math.max(0, this.#dropped - Math.max(afterId, this.#clearedAt));
  }

  clear(): void {
    this.#entries = [];
    this.#clearedAt = this.#nextId - 1;
  }
}

function redact(value: unknown, secrets: string[], name = ''): unknown {
  if (typeof value === 'string') {
    if (value !== '' && SECRET_NAMES.test(name)) return HIDDEN;
    return secrets.reduce((text, secret) => text.replaceAll(secret, HIDDEN), value);
  }
  if (Array.isArray(value)) return value.map((item) => redact(item, secrets));
  if (typeof value === 'object' && value !== null) {
    const isOauth = OAUTH_NAMES.some((one) => Object.hasOwn(value, one));
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [
        key,
        isOauth && key === 'code' && typeof part === 'string' ? HIDDEN : redact(part, secrets, key),
      ]),
    );
  }
  return value;
}
