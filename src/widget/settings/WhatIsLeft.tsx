import { type ReactNode, useState } from 'react';
import { flushSync } from 'react-dom';
import type { Channel } from '../../contract/api.ts';
import { focusSection, leadToRow, SYNC_ID } from '../ui/focus.ts';
import { Icon } from '../ui/Icon.tsx';
import { useApp, useTexts } from '../use-app.tsx';
import { LazyPart } from './LazyPart.tsx';
import { fieldProblemText, problemText } from './problems.ts';
import { useSettings } from './useSettings.ts';
import { type Left, whatIsLeft } from './what-is-left.ts';

/** More entries of one kind than this become one, which leads to the first of them. */
const NAMED = 3;

/** One line of the list. */
interface Entry {
  key: string;
  text: string;
  /** Where it leads; without it, the entry is text. */
  go?: () => void;
}

/** The one place that says what is left to do or wrong; each entry leads there. */
export function WhatIsLeft(): ReactNode {
  const texts = useTexts();
  const { t } = texts;
  const app = useApp();
  const { state, saved, draft } = useSettings();
  const [opened, setOpened] = useState<Channel>();
  const left = whatIsLeft(state);
  // An empty list says by itself that a channel is to be connected.
  const shown = left.filter(({ kind }) => kind !== 'connect');
  const entries = grouped(shown).map((group) => entryOf(group));
  const isAllWell = left.length === 0 && saved.status === 'active' && !state.isSaving;

  // What the last press of Save was refused for is answered here, unless the bar above Save says it.
  const isAnswer = state.showsProblems || state.fieldProblems.length > 0;

  function nameOf(channelId: string | undefined): string | undefined {
    const row = draft.channels.find(({ channel }) => channel.id === channelId);
    return row && (row.name.trim() || row.channel.account.name);
  }

  function withName(channelId: string | undefined, problem: string): string {
    const name = nameOf(channelId);
    return name === undefined ? problem : t('problems.item', { name, problem });
  }

  function entryOf(group: [Left, ...Left[]]): Entry {
    const [first] = group;
    const count = group.length;
    const channelId = channelOf(first);
    const go = channelId === undefined ? undefined : () => void leadToRow(channelId);
    const key = `${first.kind} ${channelId} ${'problem' in first ? first.problem.field : ''}`;
    switch (first.kind) {
      case 'access':
        return { key, text: t('left.access'), go: () => focusSection('access') };
      case 'conflict':
        return { key, text: t('left.conflict'), go: () => focusSection('conflict') };
      case 'connect':
        return { key, text: t('channels.empty') };
      case 'problem':
        if (count > 1) return { key, text: t('left.problems', { count }), go };
        return { key, text: withName(channelId, problemText(texts, first.problem)), go };
      case 'refused':
        return {
          key,
          text: withName(channelId, fieldProblemText(texts, first.problem, saved.pipelines)),
          go,
        };
      case 'channel': {
        if (count > 1) return { key, text: t('left.channels', { count }), go };
        const { status, status_reason: reason } = first.channel;
        const why = t(reason ? `status_reason.${reason}` : `status_text.${status}`);
        return { key, text: withName(channelId, why), go };
      }
      case 'sync':
        return { key, text: t('left.sync'), go: () => focusSection(SYNC_ID) };
      case 'undelivered': {
        const total = { count: sum(group.map(undeliveredOf)) };
        if (count > 1) return { key, text: t('messages.undelivered', total), go };
        const text = withName(channelId, t('messages.undelivered', total));
        return { key, text, go: () => setOpened(first.channel) };
      }
      case 'save':
        return { key, text: t('left.save'), go: () => app.host.focusSave() };
    }
  }

  if (entries.length === 0 && !isAllWell) return null;
  return (
    <div
      className={isAllWell ? 'kcc-left kcc-left--well' : 'kcc-left'}
      role={isAnswer ? 'alert' : undefined}
      tabIndex={-1}
      data-answer={isAnswer || undefined}
    >
      <p className="kcc-left__title" role="status" tabIndex={-1} data-result>
        <Icon name={isAllWell ? 'check' : 'info'} />
        {isAllWell ? t('left.nothing') : t('left.title', { count: shown.length })}
      </p>
      {entries.length > 0 && (
        <ul className="kcc-left__list">
          {entries.map(({ key, text, go }) => (
            <li key={`${key} ${text}`}>
              {go ? (
                <button type="button" className="kcc-link" onClick={go}>
                  {text}
                </button>
              ) : (
                text
              )}
            </li>
          ))}
        </ul>
      )}
      {opened && (
        <LazyPart part={app.dialogs} name="undelivered" onBack={() => setOpened(undefined)}>
          {({ UndeliveredDialog }) => (
            <UndeliveredDialog
              channel={opened}
              // The focus can leave the dialog only after it is closed.
              onClose={() => flushSync(() => setOpened(undefined))}
            />
          )}
        </LazyPart>
      )}
    </div>
  );
}

/** Entries of one kind are one group if there are many, and otherwise a group each. */
function grouped(left: Left[]): [Left, ...Left[]][] {
  const groups: [Left, ...Left[]][] = [];
  for (const one of left) {
    const same = left.filter(({ kind }) => kind === one.kind);
    const isMany = same.length > NAMED && one.kind !== 'refused';
    const known = isMany ? groups.find(([{ kind }]) => kind === one.kind) : undefined;
    if (known) known.push(one);
    else groups.push([one]);
  }
  return groups;
}

function channelOf(left: Left): string | undefined {
  if ('channel' in left) return left.channel.id;
  return 'problem' in left ? left.problem.channelId : undefined;
}

function undeliveredOf(left: Left): number {
  return left.kind === 'undelivered' ? left.channel.messages.undelivered : 0;
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
