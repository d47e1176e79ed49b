import type { AttemptSetup, SubmitCredentials, SubmittedAnswer } from '../../../contract/api.ts';
import type { ConnectorField } from '../../../contract/connectors.ts';
import type { FieldError } from '../../../contract/errors.ts';
import type { Caller } from '../../accounts/caller.ts';
import { effectivePreferences } from '../../accounts/preferences.ts';
import { findAccount, findSettings } from '../../accounts/rows.ts';
import type { ApiKeyConnector, QrConnector } from '../../connectors/connector.ts';
import { withoutInvisible } from '../../connectors/plain-text.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../platform/app-error.ts';
import { getConnector, toCredentialsError, toolsForAttempt } from '../connector-tools.ts';
import { acceptAccount, endOfUnaccepted } from './accept-account.ts';
import { endAttemptById, endUnreadable } from './end-attempt.ts';
import { formatPhone, phoneDigits } from './phone.ts';
import { withCheck } from './qr-progress.ts';
import { viewAttempt } from './read-attempt.ts';
import { type Candidate, changeAttempt, findAttempt, isLive, type StoredAttempt } from './rows.ts';

/** Four characters of a shorter key would tell too much. */
const SHORTEST_KEY = 12;

/**
 * Takes what the administrator submits to an open attempt: the fields of an API key, a phone number for a pairing
 * code, or their yes to the account that was found.
 *
 * @throws AppError `not_found`, `attempt_expired`, `attempt_state`, `validation_failed` and
 *   `connector_rejected` with the paths of the inputs, `already_connected`, `channel_limit_reached`, or what
 *   else the service answered. After any of these, and after a preview, the attempt is as it was
 */
export async function submitCredentials(
  context: Context,
  caller: Caller,
  id: string,
  submitted: SubmitCredentials,
): Promise<SubmittedAnswer> {
  const found = await findAttempt(context.db, context.secrets, id);
  if (found?.accountId !== caller.accountId) throw new AppError('not_found');
  const attempt = await endUnreadable(context, found);
  const isYes = submitted.confirm === true && Object.keys(submitted.values).length === 0;
  // A second click on the same yes gets what the first click made.
  if (attempt.state === 'connected' && isYes)
    return { attempt: await viewAttempt(context, attempt) };
  if (attempt.state === 'expired') throw new AppError('attempt_expired');
  if (!isLive(attempt.state)) throw new AppError('attempt_state');
  if (attempt.expiresAt <= context.now()) {
    await endAttemptById(context, id, { state: 'expired', reason: 'timed_out' });
    throw new AppError('attempt_expired');
  }
  if (submitted.preview) {
    const understood = await read(context, attempt, submitted.values);
    return { attempt: await viewAttempt(context, attempt), understood };
  }
  const taken = await take(context, attempt, submitted, isYes);
  const view = await viewAttempt(context, taken);
  const setup = taken.state === 'connected' ? setupOf(context, attempt) : undefined;
  return { attempt: { ...view, ...(setup && { setup }) } };
}

/** What the administrator enters at a service that only they can set up. The attempt forgets the secret as it ends. */
function setupOf(context: Context, attempt: StoredAttempt): AttemptSetup | undefined {
  const connector = getConnector(context, attempt.connector);
  if (connector.auth !== 'api_key' || !connector.showsWebhook) return undefined;
  const { webhook } = toolsForAttempt(context, attempt);
  return webhook && { webhook_url: webhook.url, secret: webhook.secret };
}

/** What the values mean, without asking the service. */
async function read(
  context: Context,
  attempt: StoredAttempt,
  given: Record<string, string>,
): Promise<SubmittedAnswer['understood']> {
  const connector = getConnector(context, attempt.connector);
  if (connector.auth === 'oauth') throw new AppError('attempt_state');
  const values = checkedValues(connector.fields, given);
  if (connector.auth !== 'qr') return {};
  return { phone: formatPhone(await readPhone(context, attempt, values.phone ?? '')) };
}

async function take(
  context: Context,
  attempt: StoredAttempt,
  submitted: SubmitCredentials,
  isYes: boolean,
): Promise<StoredAttempt> {
  if (isYes) {
    if (attempt.state !== 'confirm' || !attempt.candidate) throw new AppError('attempt_state');
    return accept(context, attempt, attempt.candidate, 'given');
  }
  const connector = getConnector(context, attempt.connector);
  if (connector.auth === 'oauth') throw new AppError('attempt_state');
  const values = checkedValues(connector.fields, submitted.values);
  return connector.auth === 'qr'
    ? requestPairingCode(context, attempt, connector, values)
    : verify(context, attempt, connector, values, submitted.confirm === true);
}

async function verify(
  context: Context,
  attempt: StoredAttempt,
  connector: ApiKeyConnector,
  values: Record<string, string>,
  isConfirmed: boolean,
): Promise<StoredAttempt> {
  let candidate: Candidate;
  try {
    const linked = await connector.verify(toolsForAttempt(context, attempt), values);
    candidate = { ...linked, keyEnding: keyEnding(connector.fields, values) };
  } catch (error) {
    throw toCredentialsError(error);
  }
  if (!isConfirmed) return accept(context, attempt, candidate, 'asked');
  // A yes that comes with the key answers a question only if it was asked about this very account.
  const wasAsked =
    attempt.state === 'confirm' && attempt.candidate?.externalId === candidate.externalId;
  return accept(context, attempt, candidate, wasAsked ? 'given' : 'unless_questionable');
}

async function accept(
  context: Context,
  attempt: StoredAttempt,
  candidate: Candidate,
  consent: Parameters<typeof acceptAccount>[3],
): Promise<StoredAttempt> {
  const acceptance = await acceptAccount(context, attempt, candidate, consent).catch(
    (error: unknown) => {
      throw toCredentialsError(error);
    },
  );
  if (acceptance.outcome === 'changed') return acceptance.attempt;
  if (acceptance.outcome === 'over') throw new AppError('attempt_state');
  // Another key can replace a key; a scanned or signed-in account is what it is.
  if (attempt.auth !== 'api_key') {
    await endAttemptById(context, attempt.id, endOfUnaccepted(acceptance, candidate));
  }
  const { reason, channelId } = acceptance;
  throw new AppError(reason, { ...(channelId !== undefined && { channelId }) });
}

async function requestPairingCode(
  context: Context,
  attempt: StoredAttempt,
  connector: QrConnector,
  values: Record<string, string>,
): Promise<StoredAttempt> {
  const phone = await readPhone(context, attempt, values.phone ?? '');
  const changed = await withCheck(context, attempt.id, async (current) => {
    if (current.session === null) throw new AppError('attempt_state');
    const tools = toolsForAttempt(context, current);
    const pairingCode = await connector
      .pairingCode(tools, current.session, phone)
      .catch((error: unknown) => {
        throw toCredentialsError(error);
      });
    return changeAttempt(context.db, context.secrets, current.id, {
      shown: { ...current.shown, pairingCode },
      now: context.now(),
    });
  });
  if (changed) return changed;
  const now = await findAttempt(context.db, context.secrets, attempt.id);
  const isOpen = now && isLive(now.state) && now.state !== 'confirm';
  throw new AppError(isOpen ? 'in_progress' : 'attempt_state');
}

async function readPhone(context: Context, attempt: StoredAttempt, typed: string): Promise<string> {
  const account = await findAccount(context.db, attempt.accountId);
  const { preferences } = await findSettings(context.db, attempt.accountId, attempt.epoch);
  const country = account ? effectivePreferences(preferences, account).country.value : '';
  const phone = phoneDigits(typed, country);
  if (phone === undefined)
    throw faulty([{ path: 'values.phone', code: typed ? 'invalid' : 'required' }]);
  return phone;
}

function checkedValues(
  fields: readonly ConnectorField[],
  given: Record<string, string>,
): Record<string, string> {
  const faults: FieldError[] = [];
  const values: Record<string, string> = {};
  for (const field of fields) {
    const typed = given[field.name] ?? '';
    const value = field.secret ? withoutInvisible(typed) : typed.trim();
    const path = `values.${field.name}`;
    if (value !== '') values[field.name] = value;
    else if (field.required) faults.push({ path, code: 'required' });
    if (field.type === 'url' && value !== '' && !isWebAddress(value)) {
      faults.push({ path, code: 'invalid' });
    }
  }
  for (const name of Object.keys(given)) {
    if (!fields.some((field) => field.name === name)) {
      faults.push({ path: `values.${name}`, code: 'unknown' });
    }
  }
  if (faults.length > 0) throw faulty(faults);
  return values;
}

/** The last four characters of the submitted key, by which people tell their keys apart. */
export function keyEnding(
  fields: readonly ConnectorField[],
  values: Record<string, string>,
): string | undefined {
  const secret = fields.find((field) => field.secret && values[field.name] !== undefined);
  const key = (secret && values[secret.name]) ?? '';
  return key.length < SHORTEST_KEY ? undefined : key.slice(-4);
}

function isWebAddress(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? '');
}

function faulty(fields: FieldError[]): AppError {
  return new AppError('validation_failed', { fields });
}
