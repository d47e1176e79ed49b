import type { ReactNode } from 'react';
import type { Channel } from '../../contract/api.ts';
import { useApp } from '../use-app.tsx';
import { LazyPart } from './LazyPart.tsx';

/** Which dialog is open over the list, and what it is about. */
export type OpenDialog =
  | { name: 'delete'; channels: Channel[] }
  | { name: 'undelivered' | 'test' | 'history'; channel: Channel };

interface ChannelDialogProps {
  dialog: OpenDialog;
  onClose: () => void;
  onDeleted: (channels: Channel[]) => void;
}

/** The dialog over the list of channels, fetched when it is first opened. */
export function ChannelDialog({ dialog, onClose, onDeleted }: ChannelDialogProps): ReactNode {
  const app = useApp();
  return (
    <LazyPart part={app.dialogs} name={dialog.name} onBack={onClose}>
      {({ DeleteDialog, UndeliveredDialog, TestDialog, HistoryDialog }) => {
        if (dialog.name === 'delete') {
          const { channels } = dialog;
          return (
            <DeleteDialog
              channels={channels}
              onClose={onClose}
              onDeleted={() => onDeleted(channels)}
            />
          );
        }
        const Dialog = { undelivered: UndeliveredDialog, test: TestDialog, history: HistoryDialog }[
          dialog.name
        ];
        return <Dialog channel={dialog.channel} onClose={onClose} />;
      }}
    </LazyPart>
  );
}
