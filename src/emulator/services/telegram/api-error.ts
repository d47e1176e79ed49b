/** A refusal as the Bot API words it. @see https://core.telegram.org/bots/api#making-requests */
export class ApiError extends Error {
  readonly code: number;
  readonly parameters: { retry_after?: number; migrate_to_chat_id?: number };

  constructor(code: number, description: string, parameters: ApiError['parameters'] = {}) {
    super(description);
    this.code = code;
    this.parameters = parameters;
  }
}

/** 400 with Telegram's prefix. */
export function badRequest(description: string): ApiError {
  return new ApiError(400, `Bad Request: ${description}`);
}

/** 429, with the seconds to wait. */
export function tooManyRequests(seconds: number): ApiError {
  return new ApiError(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds });
}
