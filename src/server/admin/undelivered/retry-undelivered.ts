import { listChannels } from '../../channels/rows.ts';
import { retryUndelivered } from '../../messages/undelivered/undelivered.ts';
import { ACCOUNT_OPERAND, getAccount, nameOf } from '../accounts/get-account.ts';
import { type Command, NotFound } from '../command.ts';
import { counted } from '../render.ts';

export const retryUndeliveredCommand: Command = {
  words: 'undelivered retry',
  operands: [ACCOUNT_OPERAND],
  options: [{ name: 'channel', value: 'id', about: 'only those of this channel' }],
  about: 'Puts the undelivered messages of an account back on their way.',
  run: async (tools, order) => {
    const account = await getAccount(tools, order.operand(0));
    const wanted = order.text('channel');
    const channels = await listChannels(tools.db, account.id, account.epoch);
    const chosen = channels.filter(({ id }) => wanted === undefined || id === wanted);
    if (wanted !== undefined && chosen.length === 0) {
      throw new NotFound(`There is no channel of that id in ${nameOf(account)}.`);
    }
    // Workers look by themselves once a second.
    const context = { db: tools.db, wakeMessages: () => undefined };
    const caller = { accountId: account.id, account };
    const retried: { channel_id: string; retried: number }[] = [];
    for (const { id } of chosen) {
      const answer = await retryUndelivered(context, caller, id, undefined);
      if (answer.retried > 0) retried.push({ channel_id: id, retried: answer.retried });
    }
    const total = retried.reduce((sum, one) => sum + one.retried, 0);
    return {
      json: { account_id: account.id, retried: total, channels: retried },
      text: `${counted(total, 'message')} of ${nameOf(account)} will be tried again. What fails once more is listed again.`,
    };
  },
};
