import type { Account, User } from './entities.ts';
import type { Exchange } from './exchange.ts';

/** Cookie of the emulated account pages: the id of the user who is logged in. */
const SESSION_COOKIE = 'emulator_user';

export interface Session {
  account: Account;
  user: User;
}

/** Who is logged in on this account host; undefined without a cookie of one of its active users. */
export function findSession(exchange: Exchange): Session | undefined {
  const { account } = exchange;
  const id = Number(exchange.cookie(SESSION_COOKIE));
  const user = account?.users.find((one) => one.id === id && one.rights.is_active);
  return account === undefined || user === undefined ? undefined : { account, user };
}

/** The `Set-Cookie` value that logs a user in. */
export function sessionCookie(user: User): string {
  return `${SESSION_COOKIE}=${user.id}; Path=/; SameSite=Lax`;
}
