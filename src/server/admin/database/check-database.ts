import type { Command, Tools } from '../command.ts';
import { counted } from '../render.ts';
import {
  listLostSources,
  listMissingDefaults,
  listOverLimit,
  listRemains,
  listStrandedChannels,
  listStrandedGrants,
  listStrandedSyncs,
} from './rows.ts';

/** Something that must not be, in a sentence. */
interface Fault {
  kind: string;
  accountId: number;
  sentence: string;
}

export const checkDatabaseCommand: Command = {
  words: 'database check',
  operands: [],
  options: [],
  about: 'Checks what must always be true of the stored rows.',
  run: async (tools) => {
    const faults: Fault[] = [];
    for (const check of CHECKS) faults.push(...(await check(tools)));
    return {
      json: {
        ok: faults.length === 0,
        faults: faults.map(({ kind, accountId, sentence }) => ({
          ...{ kind, account_id: accountId, sentence },
        })),
      },
      text:
        faults.length === 0
          ? `Everything is as it must be (${counted(CHECKS.length, 'check')}).`
          : faults.map(({ sentence }) => sentence).join('\n'),
      exitCode: faults.length === 0 ? 0 : 1,
    };
  },
};

const CHECKS: readonly ((tools: Tools) => Promise<Fault[]>)[] = [
  channelsHaveTheirInstall,
  grantsHaveTheirInstall,
  messagesHaveTheirChannel,
  chatsHaveTheirChannel,
  limitsHold,
  defaultsAreThere,
  sourcesHaveTheirChannel,
  syncsHaveTheirJob,
];

async function channelsHaveTheirInstall({ db }: Tools): Promise<Fault[]> {
  return (await listStrandedChannels(db)).map(({ id, accountId, epoch, current }) => ({
    kind: 'channel_without_install',
    accountId,
    sentence: `Channel ${id} is of install ${epoch} of account ${accountId}, which is at install ${current}, and no clean-up waits to remove it.`,
  }));
}

async function grantsHaveTheirInstall({ db }: Tools): Promise<Fault[]> {
  return (await listStrandedGrants(db)).map(({ accountId, epoch, current }) => ({
    kind: 'grant_without_install',
    accountId,
    sentence: `Account ${accountId} has a grant of install ${epoch}, which has ended; it is at install ${current}.`,
  }));
}

async function messagesHaveTheirChannel({ db }: Tools): Promise<Fault[]> {
  return (await listRemains(db, 'messages')).map(({ channelId, accountId, rows }) => ({
    kind: 'messages_without_channel',
    accountId,
    sentence: `${counted(rows, 'message')} of account ${accountId} left by channel ${channelId}, which is gone, and no job waits to forget that.`,
  }));
}

async function chatsHaveTheirChannel({ db }: Tools): Promise<Fault[]> {
  return (await listRemains(db, 'conversations')).map(({ channelId, accountId, rows }) => ({
    kind: 'chats_without_channel',
    accountId,
    sentence: `${counted(rows, 'chat')} of account ${accountId} left by channel ${channelId}, which is gone, and no job waits to forget that.`,
  }));
}

async function limitsHold({ db, config }: Tools): Promise<Fault[]> {
  const { maxChannels: most, maxChannelsPerService: mostOfService } = config;
  const found = await listOverLimit(db, { most, mostOfService });
  return found.map(({ accountId, connector, channels }) => ({
    kind: 'too_many_channels',
    accountId,
    sentence:
      connector === null
        ? `Account ${accountId} has ${counted(channels, 'channel')}; MAX_CHANNELS allows ${most}.`
        : `Account ${accountId} has ${counted(channels, 'channel')} of ${connector}; MAX_CHANNELS_PER_SERVICE allows ${mostOfService}.`,
  }));
}

async function defaultsAreThere({ db }: Tools): Promise<Fault[]> {
  return (await listMissingDefaults(db)).map(({ accountId, defaultChannelId }) => ({
    kind: 'default_channel_missing',
    accountId,
    sentence:
      defaultChannelId === null
        ? `Account ${accountId} has channels, and none of them is its default.`
        : `The default channel of account ${accountId}, ${defaultChannelId}, is not there.`,
  }));
}

async function sourcesHaveTheirChannel({ db }: Tools): Promise<Fault[]> {
  return (await listLostSources(db)).map(({ accountId, externalId, channelId }) => ({
    kind: 'source_without_channel',
    accountId,
    sentence: `Source ${externalId} of account ${accountId} stands for channel ${channelId}, which is not there.`,
  }));
}

async function syncsHaveTheirJob({ db }: Tools): Promise<Fault[]> {
  return (await listStrandedSyncs(db)).map(({ accountId, state, since }) => ({
    kind: 'sync_without_job',
    accountId,
    sentence: `A sync of account ${accountId} is ${state}, due since ${since.toISOString()}, and no job waits to do it.`,
  }));
}
