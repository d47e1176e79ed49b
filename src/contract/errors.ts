/**
 * The closed list of error codes the backend answers with, and the status each one travels under.
 *
 * The widget shows `errors.<code>` from its language files; no prose crosses the wire. A test demands a
 * text for every code in every language.
 */
export const ERROR_STATUS = {
  /** The disposable token is missing, forged, expired or foreign. One body for all of these. */
  unauthorized: 401,
  /** The caller's browser origin is not the token's account. */
  origin_forbidden: 403,
  /** The Kommo user is not an active, paid administrator. */
  admin_required: 403,
  /** The Kommo grant is missing or dead; the body also carries `error_code` 1015 and `refresh_token_url`. */
  kommo_reauthorize: 403,
  /** In `sync.error_code`: Kommo refuses the rights of the person who gave access; an administrator must authorize again. */
  kommo_forbidden: 403,
  /** The chat service ended its grant; the body may also carry `error_code` 1015 and `refresh_token_url`. */
  connector_reauthorize: 403,
  /** A signature on a hook or webhook does not match. */
  signature_invalid: 403,
  not_found: 404,
  method_not_allowed: 405,
  /** Another administrator saved first; load again. */
  version_conflict: 409,
  /** The account already has as many channels as the integration allows. */
  channel_limit_reached: 409,
  /** The planned sources exceed what Kommo allows for one integration. */
  source_limit_reached: 409,
  /** The setting may only change while the integration is being reinstalled. */
  requires_reinstall: 409,
  /** The same Idempotency-Key is still being worked on. */
  in_progress: 409,
  /** A channel that is paused, or not signed in at its service, cannot be tested. */
  channel_not_connected: 409,
  /** Nobody has written to the channel yet, so that there is no chat for a test message. */
  no_test_chat: 409,
  /** The channel's service has no way to test a channel. */
  test_unsupported: 409,
  /** The chat service refused the test message; `fields` says why, by a code of the undelivered messages. */
  test_refused: 422,
  /** The chat service was asked to take the test message, and did not answer: it may have arrived. */
  test_unanswered: 502,
  /** The attempt is in a state that does not allow this step. */
  attempt_state: 409,
  /** The chat account is already connected to a channel of this account. */
  already_connected: 409,
  /** The attempt is over. */
  attempt_expired: 410,
  body_too_large: 413,
  unsupported_media_type: 415,
  /** The body is not JSON, or a value has the wrong type; `fields` names the path. */
  bad_request: 400,
  idempotency_key_required: 400,
  idempotency_key_reused: 422,
  /** The values are well formed but cannot be accepted; `fields` names the path and a code each. */
  validation_failed: 422,
  /** The chat service refused the credentials; `fields` may carry the service's own reason. */
  connector_rejected: 422,
  /** The chat service is configured wrongly by the operator. */
  connector_misconfigured: 502,
  connector_unavailable: 502,
  rate_limited: 429,
  /** Kommo refused to connect the chat channel: wrong secret, private channel, bad data. */
  channel_refused: 502,
  /** Kommo refuses the integration's client id or secret: the operator must correct them. */
  kommo_misconfigured: 502,
  kommo_unavailable: 502,
  /** Kommo did not answer in time. */
  kommo_timeout: 502,
  /** Kommo answers with the page it has for addresses that sent too many requests. */
  kommo_blocked: 502,
  /** Kommo asks for fewer requests, or its budget is used up. */
  kommo_rate_limited: 503,
  /** Kommo says the account's subscription is not paid. */
  kommo_payment_required: 402,
  /** The database cannot be reached; try again after `Retry-After` seconds. */
  storage_unavailable: 503,
  /** Something this request needs is busy (a token refresh, the users API); try again shortly. */
  temporarily_unavailable: 503,
  internal: 500,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** One faulty value. `path` is dotted (`channels.0.name`), `code` is a short machine word, `reason` is the service's own text. */
export interface FieldError {
  path: string;
  code: string;
  reason?: string;
}

/**
 * The one error body. `channel_id` may come with `already_connected` and names the channel that has the account.
 * `error_code` and `refresh_token_url` stand beside it when a grant died (the 1015 contract of the guide).
 */
export interface ErrorBody {
  error: { code: ErrorCode; fields?: FieldError[]; channel_id?: string; request_id: string };
  error_code?: 1015;
  refresh_token_url?: string;
}
