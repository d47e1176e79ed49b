import type { ReactNode } from 'react';
import { applyEdits, type Draft, NO_EDITS, type SettingKey } from '../settings/draft.ts';
import type { Conflict } from '../settings/settings-state.ts';
import { useSettings } from '../settings/useSettings.ts';
import { Banner } from '../ui/Banner.tsx';
import { Button } from '../ui/Button.tsx';
import { useApp, useTexts } from '../use-app.tsx';
import { nameOfValue } from '../value-names.ts';

/** Two admins changed the same setting: shows both values and lets this admin choose. */
export function ConflictNotice({ conflict }: { conflict: Conflict }): ReactNode {
  const { t, list, language, dateTime } = useTexts();
  const app = useApp();
  const { saved, draft, settings } = useSettings();
  const theirs = applyEdits(saved, NO_EDITS);

  function rowOf(side: Draft, id: string | null) {
    return side.channels.find(({ channel }) => channel.id === id);
  }

  function nameOf(key: SettingKey): string {
    if (!('channelId' in key)) return t(`conflict.${key.kind}`);
    const name = rowOf(draft, key.channelId)?.name ?? t('conflict.unknown_channel');
    return t(`conflict.${key.kind}`, { name });
  }

  function valueIn(side: Draft, key: SettingKey): string {
    if (key.kind === 'language' || key.kind === 'country') {
      const { mode, value } = side.preferences[key.kind];
      const name = nameOfValue(key.kind, value, language);
      return mode === 'account' ? t('preferences.account', { value: name }) : name;
    }
    const row = rowOf(side, 'channelId' in key ? key.channelId : side.defaultChannelId);
    // Not of an option: it has two values, so that both sides cannot have changed it to different ones.
    if (key.kind !== 'pipelines') return row?.name ?? '';
    const find = (id: number) => saved.pipelines.find((pipeline) => pipeline.id === id)?.name;
    return list((row?.pipelineIds ?? []).map((id) => find(id) ?? t('pipelines.deleted')));
  }

  const by = saved.saved_by;
  const name = by && app.host.userName(by.user_id);
  const both = conflict.both.map(nameOf);
  const onlyTheirs = conflict.theirs.map(nameOf).filter((name) => !both.includes(name));
  return (
    <Banner
      tone="warning"
      title={
        by && name ? t('conflict.title_by', { name, time: dateTime(by.at) }) : t('conflict.title')
      }
      takesFocus={conflict.isAnswer}
      actions={
        <>
          <Button onClick={settings.takeTheirs}>{t('conflict.take_theirs')}</Button>
          <Button
            onClick={() => {
              settings.keepMine();
              app.announce(t('conflict.mine_kept'));
            }}
          >
            {t('conflict.keep_mine')}
          </Button>
        </>
      }
    >
      <ul className="kcc-problems">
        {conflict.both.map((key, index) => (
          <li key={both[index]}>
            {t('conflict.both', {
              setting: both[index] ?? '',
              theirs: valueIn(theirs, key),
              mine: valueIn(draft, key),
            })}
          </li>
        ))}
        {onlyTheirs.length > 0 && <li>{t('conflict.theirs', { settings: list(onlyTheirs) })}</li>}
      </ul>
    </Banner>
  );
}
