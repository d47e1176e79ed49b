import type { Db, Trx } from './database.ts';

/** Which source stands for which pipeline of a channel. */
export interface SourceMapping {
  externalId: string;
  channelId: string;
  pipelineId: number;
}

export async function listSources(db: Db, accountId: number): Promise<SourceMapping[]> {
  const rows = await db
    .selectFrom('sources')
    .select(['external_id', 'channel_id', 'pipeline_id'])
    .where('account_id', '=', accountId)
    .orderBy('external_id')
    .execute();
  return rows.map((row) => ({
    externalId: row.external_id,
    channelId: row.channel_id,
    pipelineId: row.pipeline_id,
  }));
}

/** Replaces the mapping of the named channels; those of other channels stay. */
export async function replaceSources(
  trx: Trx,
  accountId: number,
  channelIds: readonly string[],
  mappings: readonly SourceMapping[],
): Promise<void> {
  if (channelIds.length === 0) return;
  await trx
    .deleteFrom('sources')
    .where('account_id', '=', accountId)
    .where('channel_id', 'in', channelIds)
    .execute();
  if (mappings.length === 0) return;
  await trx
    .insertInto('sources')
    .values(
      mappings.map((mapping) => ({
        account_id: accountId,
        external_id: mapping.externalId,
        channel_id: mapping.channelId,
        pipeline_id: mapping.pipelineId,
      })),
    )
    .execute();
}
