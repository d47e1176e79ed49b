import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { type DraftChannel, MAX_NAME_LENGTH } from '../settings/draft.ts';
import { useSettings } from '../settings/useSettings.ts';
import { Button } from '../ui/Button.tsx';
import { useTexts } from '../use-app.tsx';

/** How many characters before the limit the field begins to count. */
const COUNTS_FROM = MAX_NAME_LENGTH - 20;

/** A channel's name as a field: Enter accepts it into the draft, Escape cancels. An impossible one stays open. */
export function ChannelRename({
  row: { channel, name },
  onEnd,
}: {
  row: DraftChannel;
  onEnd: () => void;
}): ReactNode {
  const { t, number } = useTexts();
  const { draft, settings } = useSettings();
  const [typed, setTyped] = useState(name);
  const [isRefused, setIsRefused] = useState(false);
  const isEscapeHeld = useRef(false);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const wanted = typed.trim();
  const isEmpty = wanted === '';
  const isTooLong = wanted.length > MAX_NAME_LENGTH;
  const isTaken =
    !isEmpty &&
    draft.channels.some((other) => other.channel.id !== channel.id && other.name.trim() === wanted);
  const error =
    isEmpty && isRefused
      ? t('problems.name_required')
      : isTooLong
        ? t('problems.name_too_long', { max: MAX_NAME_LENGTH })
        : undefined;

  // The admin opened this field by choosing to rename. Once: what is typed must not be selected again.
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);

  function accept(): void {
    if (isEmpty || isTooLong) {
      setIsRefused(true);
      field.current?.focus();
      return;
    }
    settings.rename(channel.id, wanted);
    onEnd();
  }

  function press(event: KeyboardEvent): void {
    if (event.key === 'Enter') {
      event.preventDefault();
      accept();
    }
    if (event.key === 'Escape') {
      // Otherwise Kommo would close its modal.
      event.stopPropagation();
      isEscapeHeld.current = true;
      onEnd();
    }
  }

  return (
    <div className="kcc-rename">
      <input
        className="kcc-input"
        ref={field}
        aria-label={t('channels.name')}
        aria-describedby={`${id}-error ${id}-hint`}
        aria-invalid={error ? true : undefined}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={press}
      />
      <Button onClick={accept}>{t('channels.rename_done')}</Button>
      <p className="kcc-rename__text" id={`${id}-error`} role="status">
        {error ? (
          <span className="kcc-field__error">{error}</span>
        ) : (
          isTaken && t('channels.name_taken')
        )}
      </p>
      <p className="kcc-rename__text" id={`${id}-hint`}>
        {t('channels.rename_hint')}
        {wanted.length > COUNTS_FROM && (
          <>
            {' '}
            {t('channels.name_length', {
              count: number(wanted.length),
              max: number(MAX_NAME_LENGTH),
            })}
          </>
        )}
      </p>
    </div>
  );
}
