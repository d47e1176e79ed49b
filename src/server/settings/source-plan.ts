/**
 * Which sources an account should have in Kommo, and how to get there. Pure: sync-sources.ts reads and writes.
 *
 * A source stands for one pipeline of one channel. Its external id names the channel and a number, not the
 * pipeline: when an administrator moves a channel to another pipeline, the source moves along, and so do the chats
 * that Kommo has tagged with it for good. The shape of the id tells our sources from others, so that those of an
 * earlier install are recognised too.
 */
import type { SourceMapping } from '../channels/sources/rows.ts';

/** Kommo allows this many sources for one integration in one account (some of its pages say 50). */
export const SOURCE_LIMIT = 100;

export interface WantedSource {
  externalId: string;
  name: string;
  pipelineId: number;
  isDefault: boolean;
}

/** A source as Kommo has it. */
export interface ExistingSource {
  id: number;
  externalId: string | null;
  name: string;
  pipelineId: number | null;
  isDefault: boolean;
  originCode: string | null;
}

export interface SourcePlan {
  create: WantedSource[];
  update: ({ id: number } & WantedSource)[];
  /** Kommo's ids. */
  remove: number[];
}

interface PlannedChannel {
  id: string;
  name: string;
  pipelineIds: readonly number[];
}

const OURS = /^c[0-9a-z]{25}-[0-9]{1,3}$/;

/** Whether this integration made the source with this external id, in this or an earlier install. */
export function isOurExternalId(externalId: string): boolean {
  return OURS.test(externalId);
}

/** `c`, the channel's UUID as 25 digits in base 36, `-` and a number: 30 of the 36 characters Kommo allows. */
export function externalIdOf(channelId: string, number: number): string {
  const key = BigInt(`0x${channelId.replaceAll('-', '')}`)
    .toString(36)
    .padStart(25, '0');
  return `c${key}-${number}`;
}

/**
 * Gives each chosen pipeline of a channel its source. A pipeline that has one keeps it; a newly chosen
 * pipeline takes over the source of one that was dropped; otherwise it gets the lowest free number.
 */
export function assignSources(
  channel: Pick<PlannedChannel, 'id' | 'pipelineIds'>,
  known: readonly SourceMapping[],
): SourceMapping[] {
  const own = known.filter((mapping) => mapping.channelId === channel.id);
  const kept = new Map(own.map((mapping) => [mapping.pipelineId, mapping.externalId]));
  const dropped = own
    .filter((mapping) => !channel.pipelineIds.includes(mapping.pipelineId))
    .map((mapping) => mapping.externalId);
  const used = new Set(own.map((mapping) => mapping.externalId));
  return channel.pipelineIds.map((pipelineId) => {
    const externalId = kept.get(pipelineId) ?? dropped.shift() ?? firstFree(channel.id, used);
    used.add(externalId);
    return { externalId, channelId: channel.id, pipelineId };
  });
}

/** What Kommo should have: every mapped pipeline of every channel, under the channel's name. */
export function wantedSources(
  channels: readonly PlannedChannel[],
  mappings: readonly SourceMapping[],
  defaultChannelId: string | null,
): WantedSource[] {
  return channels.flatMap((channel) =>
    channel.pipelineIds.flatMap((pipelineId, index) => {
      const mapping = mappings.find(
        (one) => one.channelId === channel.id && one.pipelineId === pipelineId,
      );
      if (!mapping) return [];
      return {
        externalId: mapping.externalId,
        name: channel.name,
        pipelineId,
        isDefault: channel.id === defaultChannelId && index === 0,
      };
    }),
  );
}

/**
 * The difference between what Kommo should have and what it has. Sources that are not ours are left alone.
 * Updates that take the default away come first: Kommo allows one default at a time.
 */
export function planSources(
  wanted: readonly WantedSource[],
  existing: readonly ExistingSource[],
  originCode: string,
): SourcePlan {
  const missing = new Map(wanted.map((source) => [source.externalId, source]));
  const plan: SourcePlan = { create: [], update: [], remove: [] };
  for (const source of existing) {
    if (source.externalId === null || !isOurExternalId(source.externalId)) continue;
    const goal = missing.get(source.externalId);
    // Not wanted, or a second one with the same external id.
    if (goal === undefined) plan.remove.push(source.id);
    else if (differs(goal, source, originCode)) plan.update.push({ id: source.id, ...goal });
    missing.delete(source.externalId);
  }
  plan.create = [...missing.values()].sort(defaultLast);
  plan.update.sort(defaultLast);
  return plan;
}

/** Whether there is anything to do. */
export function isEmptyPlan(plan: SourcePlan): boolean {
  return plan.create.length + plan.update.length + plan.remove.length === 0;
}

function differs(goal: WantedSource, source: ExistingSource, originCode: string): boolean {
  return (
    goal.name !== source.name ||
    goal.pipelineId !== source.pipelineId ||
    goal.isDefault !== source.isDefault ||
    source.originCode !== originCode
  );
}

function defaultLast(left: WantedSource, right: WantedSource): number {
  return Number(left.isDefault) - Number(right.isDefault);
}

function firstFree(channelId: string, used: ReadonlySet<string>): string {
  let number = 1;
  while (used.has(externalIdOf(channelId, number))) number += 1;
  return externalIdOf(channelId, number);
}
