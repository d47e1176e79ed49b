import type { ReactNode } from 'react';
import type { ApiError } from '../api-error.ts';
import type { ChannelAction } from '../app.ts';
import { FailureBanner } from '../ui/FailureBanner.tsx';
import { useApp, useTexts } from '../use-app.tsx';
import type { DraftChannel } from './draft.ts';
import { LazyPart } from './LazyPart.tsx';

/** A pause, or its end, that the backend did not carry out. */
export interface FailedPause {
  act: 'pause' | 'resume';
  error: ApiError;
}

interface RowPartsProps {
  row: DraftChannel;
  isMenuOpen: boolean;
  isOpen: boolean;
  failure: FailedPause | undefined;
  onCloseMenu: (returnsFocus: boolean) => void;
  onCloseDetails: () => void;
  onAction: (action: ChannelAction) => void;
}

/** What hangs on a channel's line while it is open: its menu, its details, and why it was not paused. */
export function RowParts({
  row,
  isMenuOpen,
  isOpen,
  failure,
  onCloseMenu,
  onCloseDetails,
  onAction,
}: RowPartsProps): ReactNode {
  const { t } = useTexts();
  const app = useApp();
  return (
    <>
      {isMenuOpen && (
        <LazyPart part={app.list} name="menu" onBack={() => onCloseMenu(true)}>
          {({ ChannelMenu }) => <ChannelMenu row={row} onClose={onCloseMenu} onAction={onAction} />}
        </LazyPart>
      )}
      {failure && (
        <FailureBanner
          title={t(`pausing.${failure.act}_failed`)}
          error={failure.error}
          onRetry={() => onAction(failure.act)}
          takesFocus
        />
      )}
      {isOpen && (
        <LazyPart part={app.list} name="details" waiting={<div className="kcc-details" />}>
          {({ ChannelDetails }) => (
            <ChannelDetails row={row} onClose={onCloseDetails} onAction={onAction} />
          )}
        </LazyPart>
      )}
    </>
  );
}
