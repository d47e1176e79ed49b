import type { ReactNode } from 'react';
import { type DraftChannel, OPTIONS } from '../settings/draft.ts';
import { useSettings } from '../settings/useSettings.ts';
import { SelectField } from '../ui/SelectField.tsx';
import { useTexts } from '../use-app.tsx';

/** What the admin decides about the channel's messages, as far as its service has a choice. */
export function ChannelOptions({ row: { channel, options } }: { row: DraftChannel }): ReactNode {
  const { t } = useTexts();
  const { isEditable, settings } = useSettings();
  return (
    <div className="kcc-options">
      {OPTIONS.map((key) => {
        const value = options[key];
        if (value === undefined) return null;
        if (!isEditable)
          return (
            <p key={key}>
              <span className="kcc-label">{t(`options.${key}`)}</span> {t(`options.${value}`)}
            </p>
          );
        return (
          <SelectField
            key={key}
            label={t(`options.${key}`)}
            value={value}
            onChange={(chosen) => settings.setOption(channel.id, { [key]: chosen })}
            options={(['import', 'ignore'] as const).map((choice) => ({
              value: choice,
              label: t(`options.${choice}`),
            }))}
          />
        );
      })}
    </div>
  );
}
