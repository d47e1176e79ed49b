import { createHmac } from 'node:crypto';
import { ConnectorError, type SharedEvent, type WebhookRequest } from '../connector.ts';
import { demandProof, eventOf } from '../webhook-proof.ts';
import { outerEvent, type SlackOuterEvent } from './event.ts';

/** How old an event may be, so that one that somebody has overheard is worth nothing. */
const LONGEST_MS = 5 * 60_000;

/** Events by which Slack says that a workspace took its grant back. */
const ENDINGS = new Set(['app_uninstalled', 'tokens_revoked']);

/**
 * Proves what came to the app's one Request URL, and says whose it is.
 *
 * @throws ConnectorError `signature`
 * @see https://docs.slack.dev/authentication/verifying-requests-from-slack
 * @see https://docs.slack.dev/reference/events/url_verification
 */
export function openSharedEvent(
  signingSecret: string,
  request: WebhookRequest,
  now: Date,
): SharedEvent {
  demandSignature(signingSecret, request, now);
  const outer = outerEvent.safeParse(eventOf(request.body)).data;
  if (outer?.type === 'url_verification' && outer.challenge !== undefined) {
    return { kind: 'answer', body: { challenge: outer.challenge } };
  }
  // `app_rate_limited` and whatever Slack invents concern nobody's messages.
  if (outer?.type !== 'event_callback') return { kind: 'event', externalIds: [] };
  return {
    kind: 'event',
    externalIds: externalIdsOf(outer),
    ...(ENDINGS.has(outer.event?.type ?? '') && { isCheckDue: true }),
  };
}

function demandSignature(
  signingSecret: string,
  { headers, body }: WebhookRequest,
  now: Date,
): void {
  const timestamp = headers['x-slack-request-timestamp'] ?? '';
  const isSeconds = /^\d{1,12}$/.test(timestamp);
  if (!isSeconds || Math.abs(now.getTime() - Number(timestamp) * 1000) > LONGEST_MS) {
    throw new ConnectorError('signature');
  }
  const digest = createHmac('sha256', signingSecret)
    .update(`v0:${timestamp}:`)
    .update(body)
    .digest('hex');
  demandProof(headers['x-slack-signature'], `v0=${digest}`);
}

/**
 * The workspaces that an event is for. Where two share a conversation, only the authorization tells whose bot it is
 * that sees it; an app installed for a whole organisation is known by the organisation.
 *
 * @see https://docs.slack.dev/apis/events-api#authorizations
 */
function externalIdsOf(outer: SlackOuterEvent): string[] {
  const authorized = (outer.authorizations ?? []).map((one) =>
    one?.is_enterprise_install === true ? one.enterprise_id : one?.team_id,
  );
  const named = authorized.filter((id) => id !== undefined);
  const ids = named.length > 0 ? named : [outer.team_id, outer.enterprise_id];
  return [...new Set(ids.filter((id) => id !== undefined))];
}
