import type { Exchange } from '../kommo/exchange.ts';

/**
 * The body of a control request: a JSON object whatever the content type says, since `curl -d` and most libraries
 * call everything a form; or a real form. None is an empty object.
 * @throws TypeError saying what was expected
 */
export function readControlBody(exchange: Exchange): Record<string, unknown> {
  const text = exchange.text().trim();
  if (text === '') return {};
  const type = exchange.header('content-type');
  const isCalledForm = type.startsWith('application/x-www-form-urlencoded');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (isCalledForm && /^[\w.-]+=/.test(text)) return exchange.fields();
    throw new TypeError(`body: a JSON object is expected; this is no JSON: ${told(error)}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  const kind = Array.isArray(value) ? 'an array' : `the ${value === null ? 'null' : typeof value}`;
  throw new TypeError(`body: a JSON object is expected, not ${kind} ${text.slice(0, 40)}`);
}

function told(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
