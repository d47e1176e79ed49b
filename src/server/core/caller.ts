import type { AccountHost } from '../kommo/account-host.ts';

/** Who is behind a request: what a verified disposable token says, and nothing a request says besides. */
export interface Caller {
  accountId: number;
  userId: number;
  host: AccountHost;
  /** The token's `is_admin`; Kommo's documentation does not promise it. */
  isAdminClaim: boolean | undefined;
  jti: string;
}
