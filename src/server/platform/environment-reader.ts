/** Every fault of the environment at once, one line each, naming the variable. */
export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `The backend cannot start. Mend these settings:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    );
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

const PLACEHOLDER =
  /^(change-?me.*|secret|password|placeholder|example|to-?do|none|null|undefined|x{3,}|0+|(your|my|the|insert|replace|put)[-_ ].*|<.*>|\$\{.*\}|\.{3})$/i;

/** Kommo's secrets are 40 characters and longer; anything near this was cut when it was copied. */
const SHORTEST_SECRET = 32;

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|([a-z0-9-]+\.)+localhost)$/;

/** Whether a URL's host name can only mean this machine. */
export function isLoopbackHost(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

/**
 * Reads variables one by one and collects what is wrong with them, so that an operator sees every fault
 * in one go. A reading that failed returns something of the right type; `finish` then throws.
 */
export class EnvironmentReader {
  readonly #env: Record<string, string | undefined>;
  readonly #faults: string[] = [];

  constructor(env: Record<string, string | undefined>) {
    this.#env = env;
  }

  /** @throws ConfigError when anything was wrong */
  finish(): void {
    if (this.#faults.length > 0) throw new ConfigError(this.#faults);
  }

  fault(name: string, problem: string): void {
    this.#faults.push(`${name} ${problem}`);
  }

  /** A misspelt name would otherwise be ignored in silence. */
  refuseUnknown(prefix: string, known: ReadonlySet<string>): void {
    for (const name of Object.keys(this.#env)) {
      if (name.startsWith(prefix) && !known.has(name)) {
        this.fault(name, 'is not a setting of this backend; check the spelling');
      }
    }
  }

  /** An empty variable counts as absent. */
  optional(name: string): string | undefined {
    const value = this.#env[name]?.trim();
    return value === undefined || value === '' ? undefined : value;
  }

  required(name: string): string {
    const value = this.optional(name);
    if (value === undefined) this.fault(name, 'is not set');
    return value ?? '';
  }

  /** A value that is sent in URLs and headers: visible characters without spaces. */
  identifier(name: string): string {
    const value = this.required(name);
    if (value !== '' && PLACEHOLDER.test(value)) this.fault(name, 'still holds a placeholder');
    else if (value !== '' && !/^[A-Za-z0-9._:-]{1,255}$/.test(value)) {
      this.fault(name, 'may hold letters, digits and . _ : - only');
    }
    return value;
  }

  secret(name: string): string {
    const value = this.required(name);
    if (value !== '' && PLACEHOLDER.test(value)) this.fault(name, 'still holds a placeholder');
    else if (value !== '' && value.length < SHORTEST_SECRET) {
      this.fault(
        name,
        `is too short to be the real secret (${SHORTEST_SECRET} characters at least)`,
      );
    }
    return value;
  }

  integer(name: string, fallback: number, low: number, high: number): number {
    const text = this.optional(name);
    if (text === undefined) return fallback;
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= low && value <= high) return value;
    this.fault(name, `must be a whole number from ${low} to ${high}`);
    return fallback;
  }

  /** The first choice is the default. */
  choice<Choice extends string>(name: string, choices: readonly [Choice, ...Choice[]]): Choice {
    const text = this.optional(name);
    if (text === undefined) return choices[0];
    const found = choices.find((choice) => choice === text);
    if (found === undefined) this.fault(name, `must be one of ${choices.join(', ')}`);
    return found ?? choices[0];
  }

  /** Base address of a service, without trailing slashes. */
  service(name: string): string | undefined {
    const text = this.optional(name);
    if (text === undefined) return undefined;
    const url = URL.parse(text);
    if (
      !url ||
      !/^https?:$/.test(url.protocol) ||
      url.search !== '' ||
      url.hash !== '' ||
      url.username !== '' ||
      url.password !== ''
    ) {
      this.fault(name, 'must be an http or https address without user, query and fragment');
    }
    return text.replace(/\/+$/, '');
  }
}
