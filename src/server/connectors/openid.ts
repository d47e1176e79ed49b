import {
  AuthorizationResponseError,
  ClientError,
  type CustomFetch,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import { isLoopbackHost } from '../environment-reader.ts';
import { NotReached, type Outbound } from '../outbound.ts';
import { ConnectorError, type ConnectorFailure } from './connector.ts';
import { rateLimited, refused, unavailable } from './http.ts';

/** A discovery document or a userinfo answer is a few kilobytes. */
const MAX_BYTES = 256 * 1024;

/** Plain http is for a provider on this very machine, in development and tests. */
export function isLoopbackHttp(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && url.protocol === 'http:' && isLoopbackHost(url.hostname);
}

/**
 * Lets openid-client speak through our own outbound caller, so that its deadline, size cap and refusal of
 * redirects hold here too.
 */
export function fetchThrough(send: Outbound): CustomFetch {
  return async (url, options) => {
    // A discovered address may differ from the configured one; openid-client's own rule is all or nothing.
    if (!url.startsWith('https://') && !isLoopbackHttp(url)) {
      throw new ConnectorError('misconfigured', { cause: 'plain http' });
    }
    const answer = await send({
      method: methodOf(options.method),
      url,
      headers: options.headers,
      body: options.body == null ? undefined : String(options.body),
      maxBytes: MAX_BYTES,
    }).catch((error: unknown) => {
      throw error instanceof NotReached ? unavailable(error.reason) : error;
    });
    if (answer.status === 429) throw rateLimited(answer.headers['retry-after']);
    if (answer.status >= 500 || answer.status < 200 || isRedirect(answer.status)) {
      throw unavailable(`status ${answer.status}`);
    }
    const { 'content-type': type = '', 'www-authenticate': challenge } = answer.headers;
    const text = answer.body.toString('utf8');
    // Also where openid-client would not look at the body: a captive portal says 200 to everything.
    const isReadable = text === '' || type.startsWith('application/jwt') || parseObject(text);
    if (answer.status < 300 && !isReadable) throw unavailable('not JSON');
    const headers = new Headers({ 'content-type': type });
    if (challenge !== undefined) headers.set('www-authenticate', challenge);
    return new Response(text === '' ? null : text, { status: answer.status, headers });
  };
}

/** Takes the id_token out of what a token endpoint answers: for providers whose issuer nobody told us. */
export function withoutIdToken(fetch: CustomFetch): CustomFetch {
  return async (url, options) => {
    const answer = await fetch(url, options);
    const text = await answer.clone().text();
    const body = parseObject(text);
    if (body?.id_token === undefined) return answer;
    const { id_token: _, ...rest } = body;
    return Response.json(rest, { status: answer.status });
  };
}

/**
 * What was asked when a call failed. The same answer means different things: a client that is not known at
 * the `token` endpoint is the operator's fault, a token that is not accepted as `resource` is a dead grant.
 */
export interface OpenidStep {
  at: 'discovery' | 'token' | 'resource';
  /** What a code or grant that no longer counts means here. */
  dead: 'rejected' | 'reauthorize';
  /** What the call carried in confidence. */
  secrets: readonly (string | undefined)[];
}

/**
 * Puts a failure of openid-client into our words. Its errors hold bodies, claims and parameters, so none of
 * them is kept as a cause.
 *
 * @returns what to throw; an error that is not openid-client's comes back as it is
 */
export function translateOpenidError(error: unknown, step: OpenidStep): unknown {
  const own = ownErrorIn(error);
  if (own !== undefined) return own;
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    const failure = failureOfCode(error.error, step.dead);
    const text = error.error_description ?? error.error;
    return refused(failure, { text, secrets: step.secrets });
  }
  if (error instanceof WWWAuthenticateChallengeError) return unauthorized(step);
  if (error instanceof ClientError) return failureOfClient(error, step);
  return error;
}

function failureOfCode(code: string, dead: ConnectorFailure): ConnectorFailure {
  switch (code) {
    case 'invalid_client':
    case 'unauthorized_client':
    case 'invalid_scope':
    case 'invalid_request':
    case 'unsupported_grant_type':
    case 'unsupported_response_type':
      return 'misconfigured';
    case 'server_error':
    case 'temporarily_unavailable':
      return 'unavailable';
    default:
      return dead;
  }
}

function failureOfClient(error: ClientError, step: OpenidStep): ConnectorError {
  const status = error.cause instanceof Response ? error.cause.status : undefined;
  if (status === 401 || status === 403) return unauthorized(step);
  switch (error.code) {
    // Made for somebody else, by somebody else, or too old.
    case 'OAUTH_JWT_CLAIM_COMPARISON_FAILED':
    case 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED':
    case 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED': {
      const failure = step.at === 'discovery' ? 'misconfigured' : step.dead;
      return new ConnectorError(failure, { cause: error.code });
    }
    case 'OAUTH_UNSUPPORTED_OPERATION':
    case 'OAUTH_HTTP_REQUEST_FORBIDDEN':
      return new ConnectorError('misconfigured', { cause: error.code });
    default:
      return unavailable(error.code ?? 'openid');
  }
}

function unauthorized(step: OpenidStep): ConnectorError {
  return new ConnectorError(step.at === 'resource' ? step.dead : 'misconfigured');
}

/** Our own errors come back wrapped when they pass through openid-client. */
function ownErrorIn(error: unknown): ConnectorError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof ConnectorError) return at;
  }
  return undefined;
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

function methodOf(method: string): 'GET' | 'POST' {
  if (method === 'GET' || method === 'POST') return method;
  throw new TypeError(`openid-client used ${method}`);
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
