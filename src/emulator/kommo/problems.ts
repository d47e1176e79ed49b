import type { Exchange } from './exchange.ts';

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
};

/**
 * Answers with Kommo's plain error body. The content type carries no charset: clients compare it exactly.
 * https://www.amocrm.ru/developers/content/crm_platform/error-codes
 */
export function problem(
  exchange: Exchange,
  status: number,
  detail: string,
  headers: Record<string, string> = {},
  more: object = {},
): void {
  exchange.sendJson(
    status,
    {
      title: TITLES[status] ?? 'Error',
      type: `https://httpstatus.es/${status}`,
      status,
      detail,
      ...more,
    },
    'application/problem+json',
    headers,
  );
}

/**
 * Answers as amojo does. Only the answer to a wrong signature is documented and was seen in traffic
 * (https://developers.kommo.com/docs/http-codes); other `type`s are invented within its frame.
 */
export function amojoProblem(
  exchange: Exchange,
  status: number,
  type: string,
  text: string,
  headers: Record<string, string> = {},
): void {
  exchange.sendJson(
    status,
    { status: 0, error_code: status, error_type: type, error_description: text },
    'application/json',
    headers,
  );
}

/** nginx's own page, which a blocked caller gets instead of JSON. */
export const NGINX_403 =
  '<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n<center><h1>403 Forbidden</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n';

/**
 * Answers 429. Kommo documents no time to wait: the body's `retry_after` and the header `Retry-After`, both in
 * seconds, are the emulator's assumption; null sends neither.
 */
export function tooManyRequests(exchange: Exchange, seconds: number | null) {
  if (exchange.host.kind === 'amojo') {
    const wait: Record<string, string> = seconds === null ? {} : { 'retry-after': String(seconds) };
    return amojoProblem(exchange, 429, 'TOO_MANY_REQUESTS', 'too many requests', wait);
  }
  if (seconds === null) return problem(exchange, 429, 'Too Many Requests');
  const isInHeader = exchange.world.switch('retryAfterHeader') === 'on';
  const headers: Record<string, string> = isInHeader ? { 'retry-after': String(seconds) } : {};
  problem(exchange, 429, 'Too Many Requests', headers, { retry_after: seconds });
}

/** Answers for a host that no account has, or no longer has. */
export function unknownHost(exchange: Exchange) {
  const { world, host } = exchange;
  const isFormer = world.state.former_hosts[host.subdomain] !== undefined;
  if (isFormer && world.switch('renamedHostStatus') === '404') {
    return problem(exchange, 404, 'Not found');
  }
  problem(exchange, 401, 'Account not found', {}, { code: 101 });
}

/** Counts the request and, beyond the limit, refuses it. `owner` names the installation. @returns whether it did */
export function refuseByRate(exchange: Exchange, owner: string): boolean {
  const { world } = exchange;
  const isByIp = world.switch('rateLimitScope') === 'ip';
  const key = isByIp ? (exchange.request.socket.remoteAddress ?? '') : owner;
  const verdict = world.limiter.ask(key, Number(world.switch('rateLimit')));
  if (verdict === 'limited') tooManyRequests(exchange, 1);
  if (verdict === 'blocked') exchange.sendHtml(403, NGINX_403);
  return verdict !== 'pass';
}

export interface FieldFault {
  code: string;
  path: string;
  detail: string;
}

/** Answers 400 with the faults of each item of a batch, keyed by its `request_id`. */
export function validationProblem(
  exchange: Exchange,
  items: { request_id: string; errors: FieldFault[] }[],
): void {
  exchange.sendJson(
    400,
    {
      'validation-errors': items,
      title: 'Bad Request',
      type: 'https://httpstatus.es/400',
      status: 400,
      detail: 'Request validation failed',
    },
    'application/problem+json',
  );
}

/** Answers 400 in the other documented shape, where each item's `errors` is one object. */
export function itemProblem(
  exchange: Exchange,
  items: { request_id: string; errors: FieldFault }[],
): void {
  exchange.sendJson(
    400,
    {
      errors: items,
      title: 'Bad Request',
      type: 'https://httpstatus.es/400',
      status: 400,
      detail: 'Invalid request items',
    },
    'application/problem+json',
  );
}

/** Answers with a HAL document. */
export function hal(exchange: Exchange, value: unknown, status = 200): void {
  exchange.sendJson(status, value, 'application/hal+json');
}
