import { type ReactNode, useRef } from 'react';
import { Button } from '../ui/Button.tsx';
import { focusRow, focusSection } from '../ui/focus.ts';
import { Icon } from '../ui/Icon.tsx';
import { Reference } from '../ui/Reference.tsx';
import { useApp, useTexts } from '../use-app.tsx';
import { listEdits } from './draft.ts';
import { problemText } from './problems.ts';
import { canSave } from './settings-state.ts';
import { useSettings } from './useSettings.ts';
import { countUnsaved, type Left, whySaveRests } from './what-is-left.ts';

/** What waits for Kommo's Save, why it rests, and why the last one failed. Always in sight, right above that button. */
export function SaveSummary(): ReactNode {
  const { t } = useTexts();
  const app = useApp();
  const { state, isEditable, settings } = useSettings();
  const message = useRef<HTMLParagraphElement>(null);
  if (!isEditable) return null;
  const count = countUnsaved(state);
  const rests = state.isSaving ? undefined : whySaveRests(state);
  const isReady = canSave(state, true);

  function undo(): void {
    settings.undoAll();
    app.announce(t('save.undone'));
    message.current?.focus();
  }

  // What there is nothing to do about need not stay in sight.
  const isStill = count === 0 && !state.isSaving && !state.saveError;
  return (
    <div className={isStill ? 'kcc-summary kcc-summary--still' : 'kcc-summary'}>
      {state.saveError && !state.isSaving && <NotSaved />}
      <p role="status" ref={message} tabIndex={-1}>
        {state.isSaving ? (
          t('save.saving')
        ) : count === 0 ? (
          t(isReady ? 'save.ready' : 'save.saved')
        ) : (
          <>
            <strong>{t('save.changes', { count })}</strong> {!rests && t('save.hint', { count })}
          </>
        )}
      </p>
      {rests && count > 0 && <Rests why={rests} />}
      {listEdits(state.edits).length > 0 && !state.isSaving && (
        <Button kind="quiet" onClick={undo}>
          {t('save.undo')}
        </Button>
      )}
    </div>
  );
}

/** Why the last press of Save changed nothing, and what to do about it. */
function NotSaved(): ReactNode {
  const { t, find, duration } = useTexts();
  const { state, settings } = useSettings();
  const { saveError: error } = state;
  if (!error) return null;
  const { code, retryAfterSeconds: wait } = error;
  const timed =
    wait === undefined ? undefined : find(`errors.${code}_for`, { time: duration(wait) });
  // In the connect panels, the same error tells to copy what was typed; here, the tab keeps it.
  const reason = timed ?? t(code === 'session_ended' ? 'save.session_ended' : `errors.${code}`);
  return (
    <div className="kcc-unsaved" role="alert" tabIndex={-1} data-answer>
      <Icon name="error" />
      <div className="kcc-unsaved__body">
        <p>
          <strong>{t('save.failed')}:</strong> {reason}
        </p>
        {listEdits(state.edits).length > 0 && <p>{t('save.kept')}</p>}
        <Reference value={error.reference} />
      </div>
      {code === 'session_ended' && (
        <Button onClick={() => window.location.reload()}>{t('app.reload')}</Button>
      )}
      {state.reauthorizeUrl && (
        <Button onClick={() => focusSection('access')}>{t('save.show_access')}</Button>
      )}
      <Button kind="quiet" onClick={settings.dismissFailure}>
        {t('app.close')}
      </Button>
    </div>
  );
}

/** Why Save cannot be pressed, with the way there. */
function Rests({ why }: { why: Left }): ReactNode {
  const texts = useTexts();
  const { t } = texts;
  const { draft } = useSettings();

  function reason(): string {
    if (why.kind === 'access') return t('left.access');
    if (why.kind !== 'problem') return t('left.conflict');
    const row = draft.channels.find(({ channel }) => channel.id === why.problem.channelId);
    const name = row?.name.trim() || row?.channel.account.name || '';
    return t('problems.item', { name, problem: problemText(texts, why.problem) });
  }

  function go(): void {
    if (why.kind === 'problem') focusRow(why.problem.channelId);
    else focusSection(why.kind);
  }

  return (
    <p className="kcc-summary__rests">
      {t('save.rests')}{' '}
      <button type="button" className="kcc-link" onClick={go}>
        {reason()}
      </button>
    </p>
  );
}
