import type { ReactNode } from 'react';
import { Button } from '../ui/Button.tsx';
import { useApp, useTexts } from '../use-app.tsx';
import { listEdits } from './draft.ts';
import { canSave } from './settings-state.ts';
import { useSettings } from './useSettings.ts';

/** How many changes are waiting for Kommo's Save, right above that button. */
export function SaveSummary(): ReactNode {
  const { t } = useTexts();
  const app = useApp();
  const { state, isEditable, settings } = useSettings();
  const isReady = canSave(state, true);
  const count = listEdits(state.edits).length;
  if (!isEditable) return null;
  return (
    <div className="kcc-summary">
      <p role="status">
        {state.isSaving ? (
          t('save.saving')
        ) : count === 0 ? (
          t(isReady ? 'save.ready' : 'save.saved')
        ) : (
          <>
            <strong>{t('save.changes', { count })}</strong> {t('save.hint')}
          </>
        )}
      </p>
      {count > 0 && !state.isSaving && (
        <Button
          kind="quiet"
          onClick={() => {
            settings.undoAll();
            app.announce(t('save.undone'));
          }}
        >
          {t('save.undo')}
        </Button>
      )}
    </div>
  );
}
