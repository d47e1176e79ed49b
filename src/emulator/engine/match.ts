/** Which requests a fault or barrier applies to; an absent property matches everything. */
export interface Match {
  method?: string;
  /** Exact host without port, or with `*` for any run of characters (`*.kommo.com`, `amojo.*`). */
  host?: string;
  /** Path without query; `*` stands for any run of characters. */
  path?: string;
  /** Text the body must contain. */
  bodyContains?: string;
}

export interface Matchable {
  method: string;
  host: string;
  path: string;
  body: string;
}

export function matches(match: Match, request: Matchable): boolean {
  return (
    (match.method === undefined || match.method.toUpperCase() === request.method) &&
    (match.host === undefined || glob(match.host.toLowerCase(), request.host)) &&
    (match.path === undefined || glob(match.path, request.path)) &&
    (match.bodyContains === undefined || request.body.includes(match.bodyContains))
  );
}

function glob(pattern: string, text: string): boolean {
  const source = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${source}$`).test(text);
}

/** Reads a Match from JSON. @throws TypeError naming the wrong property */
export function parseMatch(value: unknown): Match {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null)
    throw new TypeError('match: an object is expected');
  const known = ['method', 'host', 'path', 'bodyContains'];
  for (const [name, part] of Object.entries(value)) {
    if (!known.includes(name)) throw new TypeError(`match.${name}: no such property`);
    if (typeof part !== 'string') throw new TypeError(`match.${name}: a text is expected`);
  }
  return { ...value };
}
