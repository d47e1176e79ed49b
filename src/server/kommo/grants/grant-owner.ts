import { ACCOUNT_REQUEST, findUser, isAdministrator, readCurrentUser } from '../account-api.ts';
import type { AccountRequest } from '../account-caller.ts';
import type { KommoAnswer } from '../answers.ts';
import { isKommoError } from '../errors.ts';
import { decodeAccessToken } from './access-token.ts';

/** What Kommo's API makes of a token; `unknown`: it was in trouble. */
export type Standing = 'works' | 'lacks_rights' | 'refused' | 'unknown';

/** Sends a request with the very token that is asked about. @throws KommoError */
type Ask = (request: AccountRequest) => Promise<KommoAnswer>;

/** The user who gave access: what the token says, or else its account; `undefined` when neither does. */
export async function userOfToken(accessToken: string, ask: Ask): Promise<number | undefined> {
  const { userId } = decodeAccessToken(accessToken);
  return userId ?? readCurrentUser(await ask(ACCOUNT_REQUEST));
}

/**
 * Whether a token is an administrator's: the users API says so, and refuses everybody else. In doubt it is not.
 *
 * @throws KommoError when Kommo cannot say
 */
export async function isAdministratorsToken(accessToken: string, ask: Ask): Promise<boolean> {
  const userId = await userOfToken(accessToken, ask);
  if (userId === undefined) return false;
  try {
    return isAdministrator(await findUser(userId, ask));
  } catch (error) {
    if (isKommoError(error, 'forbidden')) return false;
    throw error;
  }
}

/** What a token can be used for. */
export async function standingOf(accessToken: string, ask: Ask): Promise<Standing> {
  try {
    return (await isAdministratorsToken(accessToken, ask)) ? 'works' : 'lacks_rights';
  } catch (error) {
    if (!isKommoError(error)) throw error;
    return error.kind === 'unauthorized' ? 'refused' : 'unknown';
  }
}
