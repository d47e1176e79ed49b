import { endInstallForOperator } from '../../accounts/uninstall.ts';
import { onUninstalled } from '../../on-uninstalled.ts';
import type { Answer, Command } from '../command.ts';
import { counted } from '../render.ts';
import { ACCOUNT_OPERAND, getAccount, nameOf } from './get-account.ts';
import { type Belongings, countBelongings } from './rows.ts';

/** Nothing was done: the order lacks `--yes`. */
const EXIT_UNCONFIRMED = 2;

export const forgetAccountCommand: Command = {
  words: 'accounts forget',
  operands: [ACCOUNT_OPERAND],
  options: [{ name: 'yes', about: 'do it; without it you are told what would be done' }],
  about: 'Ends the install and forgets everything of the account, as an uninstall does.',
  run: async (tools, order) => {
    const account = await getAccount(tools, order.operand(0));
    const name = nameOf(account);
    const json = { account_id: account.id };
    if (account.installState === 'disabled') {
      const text = `The install of ${name} has ended already.`;
      return { json: { ...json, forgotten: false, has_ended_already: true }, text };
    }
    const belongings = await countBelongings(tools.db, account.id);
    if (!order.has('yes')) return warning(name, account.id, belongings);
    const jobs = await tools.openJobs();
    const context = { db: tools.db, jobs, onUninstalled: onUninstalled(jobs) };
    const hasEnded = await endInstallForOperator(context, account.id);
    return {
      json: { ...json, forgotten: hasEnded, has_ended_already: !hasEnded },
      text: hasEnded ? done(name) : `The install of ${name} has ended already.`,
    };
  },
};

function warning(name: string, accountId: number, belongings: Belongings): Answer {
  const { channels, attempts, messages, conversations } = belongings;
  const lines = [
    `This would end the install of ${name}. Nothing was changed.`,
    '',
    'At once forgotten: its Kommo tokens, settings, what users may do, and what was cached.',
    'Then, by a worker:',
    `  ${counted(channels, 'channel')} signed out at the chat services and removed, keys and sources included`,
    `  ${counted(attempts, 'attempt')} to connect one removed`,
    `  ${counted(messages, 'message')} and ${counted(conversations, 'chat')} removed`,
    '  the chat channel disconnected from the account',
    '',
    'It cannot be undone: an administrator must authorize, connect and save anew. Kommo goes on showing the',
    'integration as installed until somebody disables it there.',
    '',
    'To do it, run the same command with --yes.',
  ];
  return {
    json: { account_id: accountId, forgotten: false, would_forget: belongings },
    text: lines.join('\n'),
    exitCode: EXIT_UNCONFIRMED,
  };
}

function done(name: string): string {
  return `The install of ${name} has ended; its tokens and settings are forgotten.
A worker signs its channels out and removes them with their messages: within a minute, or when the backend runs again.`;
}
