import type { ReactNode } from 'react';
import type { ApiError } from '../api-error.ts';
import { connectedText } from '../connected-text.ts';
import { Banner } from '../ui/Banner.tsx';
import { Button } from '../ui/Button.tsx';
import { FailureBanner } from '../ui/FailureBanner.tsx';
import { sectionId } from '../ui/focus.ts';
import { useApp, useTexts, useView } from '../use-app.tsx';
import { listEdits } from './draft.ts';
import { LazyPart } from './LazyPart.tsx';
import { useSettings } from './useSettings.ts';

/** What has just happened, as long as it is news. */
export function Notices(): ReactNode {
  const { t } = useTexts();
  const app = useApp();
  const { connected } = useView();
  const { state, saved, isEditable, settings } = useSettings();
  const { conflict } = state;
  const hasEdits = listEdits(state.edits).length > 0;
  // A channel that was new needs no more words once it is saved.
  const current = saved.channels.find(({ id }) => id === connected?.id);
  const isNews = current?.is_saved === connected?.is_saved;
  return (
    <>
      {connected && isNews && (
        <Banner
          key={connected.id}
          tone="success"
          title={t('channels.connected_title', { name: connected.name })}
          takesFocus
          onClose={app.forgetNews}
        >
          {t(connectedText(connected))}
        </Banner>
      )}
      {!isEditable && saved.install.state === 'active' && (
        <Banner tone="info" title={t('save.read_only')} />
      )}
      {state.loadError && <LoadFailure error={state.loadError} />}
      {conflict && (
        <div id={sectionId('conflict')} tabIndex={-1}>
          <LazyPart part={app.sections} name="conflict">
            {({ ConflictNotice }) => <ConflictNotice conflict={conflict} />}
          </LazyPart>
        </div>
      )}
      {state.isRestored && hasEdits && (
        <Banner
          tone="info"
          title={t('save.restored')}
          onClose={settings.dismissRestored}
          actions={
            <Button
              onClick={() => {
                settings.undoAll();
                app.announce(t('save.undone'));
              }}
            >
              {t('save.undo')}
            </Button>
          }
        >
          {t('save.restored_text')}
        </Banner>
      )}
    </>
  );
}

/** Why the settings could not be loaded, with a button to try again. */
export function LoadFailure({ error }: { error: ApiError }): ReactNode {
  const { t } = useTexts();
  const { settings } = useApp();
  const retry = () => void settings.load();
  return <FailureBanner title={t('app.load_failed')} error={error} onRetry={retry} />;
}
