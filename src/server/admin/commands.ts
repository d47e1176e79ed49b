import { forgetAccountCommand } from './accounts/forget-account.ts';
import { listAccountsCommand } from './accounts/list-accounts.ts';
import { resyncAccountCommand } from './accounts/resync-account.ts';
import { showAccountCommand } from './accounts/show-account.ts';
import { showChannelsCommand } from './channels/show-channels.ts';
import { listCodesCommand } from './codes/list-codes.ts';
import type { Command } from './command.ts';
import { checkDatabaseCommand } from './database/check-database.ts';
import { showDatabaseCommand } from './database/show-database.ts';
import { checkKeysCommand } from './keys/check-keys.ts';
import { rotateKeysCommand } from './keys/rotate-keys.ts';
import { showProgressCommand } from './keys/show-progress.ts';
import { listUndeliveredCommand } from './undelivered/list-undelivered.ts';
import { retryUndeliveredCommand } from './undelivered/retry-undelivered.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  listAccountsCommand,
  showAccountCommand,
  resyncAccountCommand,
  forgetAccountCommand,
  showChannelsCommand,
  listUndeliveredCommand,
  retryUndeliveredCommand,
  checkKeysCommand,
  showProgressCommand,
  rotateKeysCommand,
  listCodesCommand,
  showDatabaseCommand,
  checkDatabaseCommand,
];
