import { ConnectorError } from '../connector.ts';
import { rateLimited, unavailable } from '../http.ts';
import type { RefusalReason, SendOutcome } from '../messages.ts';

/**
 * What the codes mean by which Slack refuses, as its pages list them for each method.
 *
 * @see https://docs.slack.dev/reference/methods/chat.postMessage#errors
 * @see https://docs.slack.dev/reference/methods/files.getUploadURLExternal#errors
 */

/** The app's registration is wrong; only the operator can correct it. */
const OPERATOR_ERRORS = new Set([
  'bad_client_secret',
  'bad_redirect_uri',
  'invalid_client_id',
  'invalid_grant_type',
  'invalid_team_for_non_distributed_app',
  'no_scopes',
  'oauth_authorization_url_mismatch',
  'unknown_method',
]);

const DEAD_GRANT_ERRORS = new Set([
  'account_inactive',
  'invalid_auth',
  'invalid_refresh_token',
  'missing_scope',
  'not_allowed_token_type',
  'not_authed',
  'team_access_not_granted',
  'token_expired',
  'token_revoked',
]);

/** Slack did nothing, and will later. */
const TEMPORARY_ERRORS = new Set([
  'org_login_required',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
]);

/** Slack failed in the midst of it: some of what was asked may have been done. */
const HALFWAY_ERRORS = new Set(['fatal_error', 'internal_error']);

const RATE_ERRORS = new Set(['message_limit_exceeded', 'rate_limited', 'ratelimited']);

const REASONS: Record<string, RefusalReason> = {
  cannot_dm_bot: 'person_gone',
  user_disabled: 'person_gone',
  channel_not_found: 'chat_unknown',
  invalid_channel: 'chat_unknown',
  user_not_found: 'chat_unknown',
  is_archived: 'removed_from_chat',
  not_in_channel: 'removed_from_chat',
  posting_to_channel_denied: 'removed_from_chat',
  file_upload_size_restricted: 'too_large',
  msg_too_long: 'too_large',
  file_not_found: 'file_unavailable',
  file_uploads_disabled: 'unsupported',
  file_uploads_except_images_disabled: 'unsupported',
  invalid_name: 'unsupported',
  // Slack says so of a length of zero.
  missing_argument: 'unsupported',
  no_text: 'unsupported',
};

/** The thread that was to be answered in is not there any more, or none can be there. */
const NO_THREAD = new Set([
  'cannot_reply_to_message',
  'invalid_thread_ts',
  'message_not_found',
  'restricted_action_non_threadable_channel',
  'thread_not_found',
]);

/**
 * What a code says that is not about what was asked; undefined when it is.
 *
 * @param retryAfter the header of that name
 */
export function failureOf(
  error: string,
  retryAfter: string | undefined,
): ConnectorError | undefined {
  if (RATE_ERRORS.has(error)) return rateLimited(retryAfter);
  if (TEMPORARY_ERRORS.has(error)) return unavailable(error);
  const reason = { reason: error };
  if (DEAD_GRANT_ERRORS.has(error)) return new ConnectorError('reauthorize', reason);
  return OPERATOR_ERRORS.has(error) ? new ConnectorError('misconfigured', reason) : undefined;
}

/** Whether Slack itself does not know what became of a call. */
export function isHalfway(error: string): boolean {
  return HALFWAY_ERRORS.has(error);
}

export function isThreadGone(error: string): boolean {
  return NO_THREAD.has(error);
}

export function refusalOf(error: string): SendOutcome {
  // Anything but a code may repeat what we sent.
  const isCode = /^[a-z0-9_]{1,60}$/.test(error);
  const reason = Object.hasOwn(REASONS, error) ? REASONS[error] : undefined;
  return { state: 'refused', reason: reason ?? 'refused', ...(isCode && { detail: error }) };
}
