import type { Context } from '../../context.ts';
import { findTarget } from '../target/rows.ts';
import type { Confirm } from './lane-runner.ts';
import { noted } from './noted.ts';
import { reportStatus } from './report-status.ts';
import { alignLane, dropMessage, holdLane, type LaneMessage, readLane } from './rows.ts';
import type { Step, Work } from './step.ts';
import { toClient } from './to-client.ts';
import { toKommo } from './to-kommo.ts';

const PAGE = 20;

/** Works on a lane until nothing in it is due. The first message that has to wait makes those behind it wait. */
export async function workLane(context: Context, lane: string, confirm: Confirm): Promise<void> {
  for (;;) {
    const messages = await readLane(context.db, lane, PAGE);
    let hasMoved = false;
    let mayHaveMore = messages.length === PAGE;
    for (const message of messages) {
      confirm();
      const isOnItsWay = message.state === 'waiting' || message.state === 'sending';
      if (!message.isDue) {
        if (!isOnItsWay) continue;
        await alignLane(context.db, lane, message.id);
        return;
      }
      const step = await workOn(context, message, confirm);
      hasMoved = true;
      // What was sent has to be reported; everything else is over, and what came since announces itself.
      if (isOnItsWay && message.direction === 'out') mayHaveMore = true;
      if (step !== 'done') {
        if (step.holdSeconds > 0) {
          const { holdSeconds: seconds, counts } = step;
          const hold = { lane, seconds, headId: message.id, counts };
          await noted(() => holdLane(context.db, hold));
        }
        // A report may be due, of this message or of one before it.
        break;
      }
    }
    if (!hasMoved || !mayHaveMore) return;
  }
}

async function workOn(context: Context, message: LaneMessage, confirm: Confirm): Promise<Step> {
  const target = await findTarget(context.db, context.secrets, message);
  if (target === undefined) {
    await dropMessage(context.db, message.id);
    return 'done';
  }
  const work: Work = { context, target, message, confirm };
  if (message.direction === 'in') return toKommo(work);
  if (message.state === 'waiting' || message.state === 'sending') {
    return toClient(work);
  }
  await reportStatus(work);
  return 'done';
}
