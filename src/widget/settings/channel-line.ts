import type { Channel, Settings } from '../../contract/api.ts';
import type { AuthKind } from '../../contract/connectors.ts';
import type { Texts } from '../i18n.ts';
import { serviceTitle } from '../service-texts.ts';
import { type Draft, type DraftChannel, findProblems } from './draft.ts';
import { fieldProblemText, problemText } from './problems.ts';
import type { SettingsState } from './settings-state.ts';

/** What a row shows. Only plain values, so that a row is drawn again exactly when it looks different. */
export interface ChannelLine {
  id: string;
  /** Falls back to the account's name, so that nothing on the page is ever nameless. */
  name: string;
  connector: string;
  auth: AuthKind | undefined;
  service: string;
  avatarUrl: string | undefined;
  /** Its address at the service and where its leads go. */
  where: string;
  /** When a message passed last, or why none does. */
  messages: string;
  hasMessages: boolean;
  undelivered: number;
  status: Channel['status'];
  isSaved: boolean;
  isDefault: boolean;
  /** What is wrong with the draft of this row, if anything. */
  problem: string;
}

/** The name of a channel as the page says it. */
export function shownName({ name, channel }: DraftChannel): string {
  return name.trim() || channel.account.name;
}

/** The lines of all rows, by the id of the channel. */
export function toLines(
  texts: Texts,
  saved: Settings,
  state: SettingsState,
  draft: Draft,
): Map<string, ChannelLine> {
  const problems = problemTexts(texts, saved, state);
  const pipelineNames = new Map(saved.pipelines.map(({ id, name }) => [id, name]));
  const connectors = new Map(saved.connectors.map((connector) => [connector.id, connector]));
  return new Map(
    draft.channels.map((row) => {
      const { channel, pipelineIds } = row;
      const pipelines = pipelineIds.map(
        (id) => pipelineNames.get(id) ?? texts.t('pipelines.deleted'),
      );
      const address = addressOf(channel);
      const line: ChannelLine = {
        id: channel.id,
        name: shownName(row),
        connector: channel.connector,
        auth: connectors.get(channel.connector)?.auth,
        service: serviceTitle(texts, saved.connectors, channel.connector),
        avatarUrl: channel.account.avatar_url,
        where: [address, texts.list(pipelines)].filter(Boolean).join(' · '),
        messages: lastMessage(texts, channel),
        hasMessages: newest(channel) !== undefined,
        undelivered: channel.messages.undelivered,
        status: channel.status,
        isSaved: channel.is_saved,
        isDefault: draft.defaultChannelId === channel.id,
        problem: problems.get(channel.id) ?? '',
      };
      return [channel.id, line];
    }),
  );
}

/** The account's address at its service, as people write it. */
export function addressOf({ account, phone }: Channel): string {
  return account.handle ?? phone;
}

function newest({ messages }: Channel): string | undefined {
  const { last_received_at: received, last_sent_at: sent } = messages;
  return [received, sent]
    .filter((time) => time !== null)
    .sort()
    .at(-1);
}

function lastMessage(texts: Texts, channel: Channel): string {
  const last = newest(channel);
  if (!channel.messages.carries) return texts.t('messages.short_carries_none');
  return last ? texts.agoInShort(last) : texts.t('messages.short_none');
}

/** One text for each channel whose draft cannot be saved, or whose values the backend refused. */
function problemTexts(texts: Texts, saved: Settings, state: SettingsState): Map<string, string> {
  const found = new Map<string, Set<string>>();
  const add = (id: string | undefined, text: string) => {
    if (id !== undefined) found.set(id, (found.get(id) ?? new Set()).add(text));
  };
  for (const problem of findProblems(saved, state.edits))
    add(problem.channelId, problemText(texts, problem));
  for (const problem of state.fieldProblems)
    add(problem.channelId, fieldProblemText(texts, problem, saved.pipelines));
  return new Map([...found].map(([id, lines]) => [id, [...lines].join(' ')]));
}
