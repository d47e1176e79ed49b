import { z } from 'zod';
import type { Pipeline } from '../../../contract/api.ts';
import type { AccountHost } from '../account-host.ts';
import { type KommoAnswer, readAnswer } from '../answers.ts';
import { type AccountRequest, callAccount, callWithToken } from '../call-account.ts';
import { isKommoError } from '../errors.ts';
import { findReadableGrant } from '../grants/session.ts';
import type { Kommo } from '../kommo.ts';
import { decodeAccessToken, lookUpHost } from '../oauth.ts';

/** A Kommo account as it describes itself. */
export interface KommoAccount {
  id: number;
  name: string;
  subdomain: string;
  /** Two letters; `en` where the platform does not say. */
  language: string;
  /** Two upper-case letters, or empty. */
  country: string;
  /** The account's id in the chat API; null when the grant may not see it. */
  amojoId: string | null;
}

/** What decides whether a user may change the settings. */
export interface KommoUser {
  id: number;
  isAdmin: boolean;
  isActive: boolean;
  isFree: boolean;
}

/** @see https://developers.kommo.com/reference/account-parameters */
export const ACCOUNT_REQUEST: AccountRequest = {
  method: 'GET',
  path: '/account',
  query: new URLSearchParams({ with: 'amojo_id' }),
};

const id = z.number().int().positive();

const account = z.object({
  id,
  name: z.string().catch(''),
  subdomain: z.string(),
  language: z.string().min(2).max(5).catch('en'),
  country: z.string().max(5).catch(''),
  amojo_id: z.string().min(1).nullable().catch(null),
});

export async function getAccount(kommo: Kommo, accountId: number): Promise<KommoAccount> {
  return readAccount(await callAccount(kommo, accountId, ACCOUNT_REQUEST));
}

/** The account a new token is for, asked at the host it came from. */
export async function getAccountOfToken(
  kommo: Kommo,
  host: string,
  accessToken: string,
): Promise<KommoAccount> {
  return readAccount(await callWithToken(kommo, host, accessToken, ACCOUNT_REQUEST));
}

function readAccount(answer: KommoAnswer): KommoAccount {
  const { amojo_id, ...rest } = readAnswer(answer, account);
  return { ...rest, amojoId: amojo_id };
}

/** Kommo's answer to whether an account's install has ended. */
export type Revocation = 'revoked' | 'alive' | 'unknown';

/**
 * Whether Kommo has ended the install, by at most one request. Only its 401 says so; a token that has expired proves
 * nothing, so then Kommo is asked about the refresh token, without spending it.
 */
export async function confirmRevoked(kommo: Kommo, accountId: number): Promise<Revocation> {
  const grant = await findReadableGrant(kommo, accountId);
  if (grant === undefined) return 'unknown';
  try {
    if (grant.host !== null && grant.expiresAt > kommo.now()) {
      await callWithToken(kommo, grant.host, grant.accessToken, ACCOUNT_REQUEST);
      return 'alive';
    }
    return (await lookUpHost(kommo, grant)) === undefined ? 'unknown' : 'alive';
  } catch (error) {
    if (!isKommoError(error)) throw error;
    return error.kind === 'unauthorized' ? 'revoked' : 'unknown';
  }
}

/** Kommo's number for a host that no account has, beside the 401 that an account gives to a stranger, too. */
const NO_SUCH_ACCOUNT = 101;

/** How long a host may take to show what it is. */
const INSPECTION_DEADLINE_MS = 10_000;

/**
 * What a host looks like to a stranger, before it is sent anything: an account refuses, a page that welcomes
 * strangers or sends them on is `foreign`. `unknown`: it says that there is no such account, or something else, or
 * nothing.
 *
 * @throws KommoError `rate_limited` when it could not be asked within our own budget
 */
export async function inspectHost(
  { send, urgency }: Kommo,
  { host }: AccountHost,
): Promise<'account' | 'unknown' | 'foreign'> {
  try {
    await send({
      api: 'rest',
      method: 'GET',
      host,
      path: `/api/v4${ACCOUNT_REQUEST.path}`,
      headers: { accept: 'application/hal+json, application/json' },
      deadlineMs: INSPECTION_DEADLINE_MS,
      urgency,
    });
    return 'foreign';
  } catch (error) {
    if (!isKommoError(error)) throw error;
    const { kind, status, code } = error;
    if (kind === 'rate_limited' && status === undefined) throw error;
    if (status !== undefined && status >= 300 && status < 400) return 'foreign';
    return kind === 'unauthorized' && code !== NO_SUCH_ACCOUNT ? 'account' : 'unknown';
  }
}

const currentUser = z.object({ current_user_id: id.optional().catch(undefined) });

/** The user who gave access: what the token says, or else its account; `undefined` when neither does. */
export async function userOfToken(
  kommo: Kommo,
  host: string,
  accessToken: string,
): Promise<number | undefined> {
  const { userId } = decodeAccessToken(accessToken);
  if (userId !== undefined) return userId;
  const answer = await callWithToken(kommo, host, accessToken, ACCOUNT_REQUEST);
  return readAnswer(answer, currentUser).current_user_id;
}

/**
 * Whether a token is an administrator's: the users API says so, and refuses everybody else. In doubt it is not.
 *
 * @throws KommoError when Kommo cannot say
 */
export async function isAdministratorsToken(
  kommo: Kommo,
  host: string,
  accessToken: string,
): Promise<boolean> {
  const userId = await userOfToken(kommo, host, accessToken);
  if (userId === undefined) return false;
  try {
    const ask = (request: AccountRequest) => callWithToken(kommo, host, accessToken, request);
    return isAdministrator(await askForUser(userId, ask));
  } catch (error) {
    if (isKommoError(error, 'forbidden')) return false;
    throw error;
  }
}

const user = z.object({
  id,
  rights: z.object({
    is_admin: z.unknown().optional(),
    is_active: z.unknown().optional(),
    is_free: z.unknown().optional(),
  }),
});

/** Whether the user may do what administrators may, in a seat that is paid for. */
export function isAdministrator(user: KommoUser | undefined): boolean {
  return user?.isAdmin === true && user.isActive === true && user.isFree === false;
}

/** `undefined` for a user the account does not have. */
export function findUser(
  kommo: Kommo,
  accountId: number,
  userId: number,
): Promise<KommoUser | undefined> {
  return askForUser(userId, (request) => callAccount(kommo, accountId, request));
}

/** @see https://developers.kommo.com/reference/users-list */
async function askForUser(
  userId: number,
  ask: (request: AccountRequest) => Promise<KommoAnswer>,
): Promise<KommoUser | undefined> {
  let answer: KommoAnswer;
  try {
    answer = await ask({ method: 'GET', path: `/users/${userId}`, mayBeMissing: true });
  } catch (error) {
    if (isKommoError(error, 'not_found')) return undefined;
    throw error;
  }
  if (answer.status === 204) return undefined;
  const { id, rights } = readAnswer(answer, user);
  return {
    id,
    // Read strictly: anything that is not clearly a right is none.
    isAdmin: rights.is_admin === true,
    isActive: rights.is_active === true,
    isFree: rights.is_free !== undefined && rights.is_free !== false,
  };
}

const pipelines = z.object({
  _embedded: z.object({
    pipelines: z.array(
      z.object({
        id,
        name: z.string().catch(''),
        is_main: z.boolean().catch(false),
        is_archive: z.boolean().catch(false),
        sort: z.number().catch(0),
      }),
    ),
  }),
});

/** In the order the account shows them. @see https://developers.kommo.com/reference/pipelines-list */
export async function listPipelines(kommo: Kommo, accountId: number): Promise<Pipeline[]> {
  const answer = await callAccount(kommo, accountId, { method: 'GET', path: '/leads/pipelines' });
  if (answer.status === 204) return [];
  const { _embedded } = readAnswer(answer, pipelines);
  return _embedded.pipelines
    .toSorted((a, b) => a.sort - b.sort)
    .map(({ id, name, is_main, is_archive }) => ({ id, name, is_main, is_archived: is_archive }));
}
