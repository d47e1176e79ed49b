import type { Context } from '../../context.ts';
import type { Run } from '../../platform/jobs.ts';
import { type Forgotten, forgetBatch } from './rows.ts';

/** Forgets everything of a removed channel or an ended install; requested in the transaction that ends it. */
export async function forgetMessages(
  { db }: Context,
  forgotten: Forgotten,
  run: Run,
): Promise<void> {
  while (await forgetBatch(db, forgotten)) {
    if (run.signal.aborted) await run.confirm();
  }
}
