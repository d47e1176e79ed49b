import type { Fields } from './entities.ts';

/** A refusal of the Web API: HTTP 200 with `ok: false`, or 429. */
export class SlackError extends Error {
  /** What stands beside `error`: `needed`, `provided`. */
  readonly fields: Fields;
  /** Seconds; given with 429 alone. */
  readonly retryAfter: number | undefined;

  constructor(error: string, fields: Fields = {}, retryAfter?: number) {
    super(error);
    this.fields = fields;
    this.retryAfter = retryAfter;
  }
}
