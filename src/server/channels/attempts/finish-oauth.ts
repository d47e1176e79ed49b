import type { AttemptState } from '../../../contract/api.ts';
import { effectivePreferences } from '../../accounts/preferences.ts';
import { findAccount, findSettings } from '../../accounts/rows.ts';
import { ConnectorError, type OAuthConnector } from '../../connectors/connector.ts';
import { safeReason } from '../../connectors/http.ts';
import type { Context } from '../../context.ts';
import { hashKey } from '../../platform/bearer-key.ts';
import { reasonOf, toolsForAttempt } from '../connector-tools.ts';
import { acceptAccount, discardSignIn, endOfUnaccepted, type Obstacle } from './accept-account.ts';
import { type AttemptEnd, endAttemptById, endUnreadable } from './end-attempt.ts';
import { type Candidate, isLive, type StoredAttempt, spendOAuthState } from './rows.ts';

/** What the page tells the person. */
type Outcome =
  | Extract<AttemptState, 'connected' | 'confirm' | 'expired' | 'cancelled' | 'failed'>
  | Obstacle
  | 'denied'
  | 'unreachable'
  /** The state named no attempt. */
  | 'unknown';

/** What the page of the redirect needs. */
interface OAuthResult {
  outcome: Outcome;
  /** The attempt, where the state named one. */
  attempt?: {
    id: string;
    /** Exact origin of the Kommo page that waits for it. */
    openerOrigin: string;
    accountName: string | null;
  };
  /** The Kommo account's; English if unknown. */
  language: string;
}

const UNKNOWN: OAuthResult = { outcome: 'unknown', language: 'en' };

/** Errors of RFC 6749 (4.1.2.1) caused by the operator's settings. */
const OPERATOR_ERRORS = new Set([
  'invalid_request',
  'unauthorized_client',
  'unsupported_response_type',
  'invalid_scope',
]);

/**
 * Finishes an OAuth sign-in with the query of the service's redirect. The only proof is the random, single-use
 * `state`, which belongs to one attempt of one connector. A redirect that comes twice, or late, changes nothing.
 */
export async function finishOAuth(
  context: Context,
  connectorId: string,
  query: URLSearchParams,
): Promise<OAuthResult> {
  const connector = context.connectors.find(connectorId);
  const state = query.getAll('state');
  if (connector?.auth !== 'oauth' || state.length !== 1 || !state[0]) return UNKNOWN;
  const spent = await spendOAuthState(context.db, context.secrets, hashKey(state[0]), connectorId);
  if (!spent) return UNKNOWN;
  const known = await endUnreadable(context, spent.attempt);
  const isOpen = spent.isFirst && isLive(known.state);
  const attempt = isOpen ? await finish(context, connector, known, query) : known;
  return {
    outcome: outcomeOf(attempt),
    attempt: {
      id: attempt.id,
      openerOrigin: attempt.openerOrigin,
      accountName: attempt.account?.name ?? null,
    },
    language: await languageOf(context, attempt),
  };
}

function outcomeOf({ state, reason }: StoredAttempt): Outcome {
  switch (state) {
    case 'starting':
    case 'waiting':
      return 'unknown';
    case 'connected':
    case 'confirm':
    case 'expired':
      return state;
    case 'cancelled':
      return reason === 'denied' ? 'denied' : 'cancelled';
    case 'failed':
      if (reason === 'already_connected' || reason === 'channel_limit_reached') return reason;
      return reason === 'service_unreachable' || reason === 'rate_limited'
        ? 'unreachable'
        : 'failed';
  }
}

async function finish(
  context: Context,
  connector: OAuthConnector,
  attempt: StoredAttempt,
  query: URLSearchParams,
): Promise<StoredAttempt> {
  const end = async (how: AttemptEnd) =>
    (await endAttemptById(context, attempt.id, how)) ?? attempt;
  if (attempt.expiresAt <= context.now()) return end({ state: 'expired', reason: 'timed_out' });
  const refusal = query.get('error');
  if (refusal !== null) {
    logRefusal(context, attempt, query);
    return end(endOfRefusal(refusal));
  }
  let candidate: Candidate | undefined;
  try {
    candidate = await connector.finish(
      toolsForAttempt(context, attempt),
      attempt.session ?? {},
      query,
    );
    const acceptance = await acceptAccount(context, attempt, candidate, 'unless_questionable');
    if (acceptance.outcome === 'changed') return acceptance.attempt;
    await discardSignIn(context, attempt, candidate);
    return end(endOfUnaccepted(acceptance, candidate));
  } catch (error) {
    if (candidate) await discardSignIn(context, attempt, candidate);
    const details = { err: error, attemptId: attempt.id, connector: connector.id };
    if (error instanceof ConnectorError) context.log.warn(details, 'an OAuth sign-in failed');
    else context.log.error(details, 'an OAuth sign-in failed');
    return end({ state: 'failed', reason: reasonOf(error) });
  }
}

/** The service's own words are the operator's only hint at a wrong setup there. */
function logRefusal(context: Context, attempt: StoredAttempt, query: URLSearchParams): void {
  const secrets = [...query.getAll('state'), ...query.getAll('code')];
  context.log.warn(
    {
      attemptId: attempt.id,
      connector: attempt.connector,
      error: safeReason(query.get('error') ?? '', secrets),
      description: safeReason(query.get('error_description') ?? '', secrets),
    },
    'an OAuth sign-in was refused',
  );
}

function endOfRefusal(error: string): AttemptEnd {
  if (error === 'access_denied') return { state: 'cancelled', reason: 'denied' };
  const reason = OPERATOR_ERRORS.has(error) ? 'misconfigured' : 'service_error';
  return { state: 'failed', reason };
}

async function languageOf(context: Context, attempt: StoredAttempt): Promise<string> {
  const account = await findAccount(context.db, attempt.accountId);
  if (!account) return 'en';
  const { preferences } = await findSettings(context.db, account.id, account.epoch);
  return effectivePreferences(preferences, account).language.value;
}
