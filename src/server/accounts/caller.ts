import type { AccountHost } from '../kommo/account-host.ts';
import type { Account } from './rows.ts';

/** Who is behind a request: what a verified disposable token says, and nothing a request says besides. */
export interface Caller {
  accountId: number;
  userId: number;
  host: AccountHost;
  /** The token's `is_admin`; Kommo's documentation does not promise it. */
  isAdminClaim: boolean | undefined;
  jti: string;
  /** The account as it was when the request came; undefined when it never installed. */
  account: Account | undefined;
}
