import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Button } from '../ui/Button.tsx';
import { useTexts } from '../use-app.tsx';
import { type DraftChannel, findProblems, MAX_NAME_LENGTH } from './draft.ts';
import { fieldProblemText, problemText } from './problems.ts';
import { useSettings } from './useSettings.ts';

/** The channel's name, editable in place: Enter keeps the new name in the draft, Escape discards it. */
export function ChannelName({ row: { channel, name } }: { row: DraftChannel }): ReactNode {
  const texts = useTexts();
  const { t } = texts;
  const { state, saved, draft, isEditable, settings } = useSettings();
  const [typed, setTyped] = useState<string>();
  const button = useRef<HTMLButtonElement>(null);
  const wasEditing = useRef(false);
  const errorId = useId();
  const isEditing = typed !== undefined;

  useEffect(() => {
    // The field is gone, so the focus returns to the button that opened it.
    if (wasEditing.current && !isEditing) button.current?.focus();
    wasEditing.current = isEditing;
  }, [isEditing]);

  const isOfThis = (problem: { channelId?: string; field: string }) =>
    problem.channelId === channel.id && problem.field === 'name';
  const own = findProblems(saved, state.edits).find(isOfThis);
  const refused = state.fieldProblems.find(isOfThis);
  const error = own ? problemText(texts, own) : refused && fieldProblemText(texts, refused);
  const isTaken = draft.channels.some(
    (other) => other.channel.id !== channel.id && other.name.trim() === name.trim(),
  );

  function keep(): void {
    if (typed !== undefined) settings.rename(channel.id, typed);
    setTyped(undefined);
  }

  function press(event: KeyboardEvent): void {
    if (event.key === 'Enter') {
      event.preventDefault();
      keep();
    }
    if (event.key === 'Escape') {
      // Otherwise Kommo would close its modal.
      event.stopPropagation();
      setTyped(undefined);
    }
  }

  return (
    <div className="kcc-name">
      {isEditing ? (
        <div className="kcc-name__edit">
          <input
            className="kcc-input"
            // The admin opened this field by pressing a button.
            ref={(node) => node?.focus()}
            aria-label={t('channels.name')}
            aria-describedby={errorId}
            maxLength={MAX_NAME_LENGTH}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={press}
          />
          <Button onClick={keep}>{t('channels.rename_done')}</Button>
          <p className="kcc-field__hint" id={errorId}>
            {t('channels.rename_hint')}
          </p>
        </div>
      ) : (
        <div className="kcc-name__shown">
          <strong className="kcc-name__text">{name}</strong>
          {isEditable && (
            <Button
              ref={button}
              kind="quiet"
              aria-label={t('channels.rename_of', { name })}
              onClick={() => setTyped(name)}
            >
              {t('channels.rename')}
            </Button>
          )}
        </div>
      )}
      {error && <p className="kcc-field__error">{error}</p>}
      {isTaken && !error && <p className="kcc-field__note">{t('channels.name_taken')}</p>}
    </div>
  );
}
