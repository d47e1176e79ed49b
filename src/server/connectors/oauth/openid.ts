import {
  AuthorizationResponseError,
  ClientError,
  type CustomFetch,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import { isLoopbackHost } from '../../platform/environment.ts';
import { NotReached, type Outbound } from '../../platform/outbound.ts';
import { ConnectorError, type ConnectorFailure } from '../connector.ts';
import { parseExactJson } from '../exact-json.ts';
import {
  demandAnswer,
  failureOfCall,
  notUnderstood,
  rateLimited,
  refused,
  unavailable,
} from '../http.ts';
import { standardRefusal, standardTokenAnswer } from './token-answer.ts';

/** A discovery document or a userinfo answer is a few kilobytes. */
const MAX_BYTES = 256 * 1024;

/** Plain http is for a provider on this very machine, in development and tests. */
export function isLoopbackHttp(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && url.protocol === 'http:' && isLoopbackHost(url.hostname);
}

/**
 * Lets openid-client speak through our own outbound caller, so that its deadline, size cap and refusal of
 * redirects hold here too. Answers come back as openid-client wants them: any success is a 200, and JSON has its
 * content type, with large numbers as text.
 */
export function fetchThrough(send: Outbound): CustomFetch {
  return async (url, options) => {
    // A discovered address may differ from the configured one; openid-client's own rule is all or nothing.
    if (!url.startsWith('https://') && !isLoopbackHttp(url)) throw notUnderstood('plain http');
    const answer = await send({
      method: methodOf(options.method),
      url,
      headers: options.headers,
      body: options.body == null ? undefined : String(options.body),
      maxBytes: MAX_BYTES,
    }).catch((error: unknown) => {
      throw error instanceof NotReached ? failureOfCall(error) : error;
    });
    if (answer.status === 429) throw rateLimited(answer.headers['retry-after']);
    demandAnswer(answer.status);
    const { 'content-type': type = '', 'www-authenticate': challenge } = answer.headers;
    const text = answer.body.toString('utf8');
    const body = parseObject(text);
    const isSuccess = answer.status < 300;
    // Also where openid-client would not look at the body: a captive portal says 200 to everything.
    if (isSuccess && text !== '' && !type.startsWith('application/jwt') && body === undefined) {
      throw notUnderstood('not JSON');
    }
    const status = isSuccess ? 200 : answer.status;
    const headers = new Headers({ 'content-type': type });
    // A gateway may add its own challenge to a success; openid-client would take it for a refusal.
    if (challenge !== undefined && !isSuccess) headers.set('www-authenticate', challenge);
    if (body === undefined) return new Response(text === '' ? null : text, { status, headers });
    headers.set('content-type', 'application/json');
    return new Response(JSON.stringify(body), { status, headers });
  };
}

/**
 * Reads the answers of a token endpoint with leniency; see `standardTokenAnswer` for what it means.
 *
 * @param isCheckable as there
 */
export function lenientTokens(
  fetch: CustomFetch,
  isCheckable: (idToken: string) => boolean,
): CustomFetch {
  return async (url, options) => {
    const answer = await fetch(url, options);
    const body = await bodyOf(answer);
    const isPlainRefusal = answer.status === 401 || answer.status === 403;
    if (body === undefined || (isPlainRefusal && typeof body.error !== 'string')) return answer;
    const refusal = standardRefusal(body);
    if (refusal !== undefined) {
      const { headers } = answer;
      const status = answer.ok ? 400 : answer.status;
      return new Response(JSON.stringify(refusal), { status, headers });
    }
    return answer.ok ? Response.json(standardTokenAnswer(body, isCheckable)) : answer;
  };
}

/** Reads the answers of a userinfo endpoint with leniency: an error in a 200 or 400 is a token refused. */
export function lenientProfiles(fetch: CustomFetch): CustomFetch {
  return async (url, options) => {
    const answer = await fetch(url, options);
    const body = await bodyOf(answer);
    if (body === undefined || !(answer.ok || answer.status === 400)) return answer;
    if (standardRefusal(body) !== undefined) return new Response(null, { status: 401 });
    if (!answer.ok || typeof body.sub !== 'number') return answer;
    return Response.json({ ...body, sub: String(body.sub) });
  };
}

/**
 * What was asked when a call failed. The same answer means different things: a client unknown at the `token`
 * endpoint is the operator's fault, a token refused as `resource` is a dead grant.
 */
export interface OpenidStep {
  at: 'discovery' | 'token' | 'resource';
  /** What a code or grant that no longer counts means here. */
  dead: 'rejected' | 'reauthorize';
  /** The secrets the call carried. */
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

/** What an error code of RFC 6749 means; one that we do not know is about the code or grant. */
export function failureOfCode(code: string, dead: ConnectorFailure): ConnectorFailure {
  switch (code) {
    case 'invalid_client':
    case 'unauthorized_client':
    case 'invalid_scope':
    case 'invalid_request':
    case 'unsupported_grant_type':
    case 'unsupported_response_type':
    // GitHub's and Google's.
    case 'application_suspended':
    case 'incorrect_client_credentials':
    case 'redirect_uri_mismatch':
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
    // Another account answered than the id_token is about.
    case 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED':
      if (step.at === 'discovery') break;
      return new ConnectorError(step.dead, { cause: error.code });
    case 'OAUTH_TIMEOUT':
    case 'OAUTH_ABORT':
      return unavailable(error.code);
    default:
  }
  // An id_token of another issuer, for another client or of another time says nothing about the person:
  // the settings or the clocks do not fit. Anything else is an answer we do not understand.
  return notUnderstood(error.code ?? 'openid');
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

function methodOf(method: string): 'GET' | 'POST' {
  if (method === 'GET' || method === 'POST') return method;
  throw new TypeError(`openid-client used ${method}`);
}

async function bodyOf(answer: Response): Promise<Record<string, unknown> | undefined> {
  return parseObject(await answer.clone().text());
}

/** A list counts too: its members are numbered. */
function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = parseExactJson(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
