import type { Exchange } from '../../kommo/exchange.ts';

const ERRORS: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  500: 'Internal Server Error',
};

/**
 * A refusal in Evolution's words: `{ status, error, response: { message } }`.
 *
 * @see https://github.com/EvolutionAPI/evolution-api/blob/2.3.6/src/main.ts
 */
export class Refusal extends Error {
  readonly status: number;
  /** A list for what the server refuses itself, a text for what it did not expect. */
  readonly answer: unknown;

  constructor(status: number, answer: unknown) {
    super(typeof answer === 'string' ? answer : JSON.stringify(answer));
    this.status = status;
    this.answer = answer;
  }
}

export function badRequest(...message: unknown[]): Refusal {
  return new Refusal(400, message);
}

/** What JavaScript threw inside the server: nothing it has words for. */
export function unexpected(message: string): Refusal {
  return new Refusal(500, message);
}

export function sendRefusal(exchange: Exchange, { status, answer }: Refusal): void {
  const error = ERRORS[status] ?? 'Internal Server Error';
  exchange.sendJson(status, { status, error, response: { message: answer } });
}
