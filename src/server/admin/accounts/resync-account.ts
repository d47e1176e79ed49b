import { askForSync } from '../../settings/ask-for-syncs.ts';
import { type Command, Refused } from '../command.ts';
import { ACCOUNT_OPERAND, getAccount, nameOf } from './get-account.ts';

const WHY_NOT = {
  ended: 'its install has ended',
  not_saved: 'nothing was saved in it yet, so there is nothing to sync',
};

export const resyncAccountCommand: Command = {
  words: 'accounts resync',
  operands: [ACCOUNT_OPERAND],
  options: [],
  about: "Asks for the job that makes Kommo's sources equal the saved settings.",
  run: async (tools, order) => {
    const account = await getAccount(tools, order.operand(0));
    const context = { db: tools.db, jobs: await tools.openJobs() };
    const result = await askForSync(context, account.id);
    if (result !== 'asked') {
      throw new Refused(`No sync of ${nameOf(account)}: ${WHY_NOT[result]}.`);
    }
    return {
      json: { account_id: account.id, requested: true },
      text: `The sync of ${nameOf(account)} is requested. A worker runs it; accounts show says how it ended.`,
    };
  },
};
