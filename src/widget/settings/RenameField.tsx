import type { ReactNode } from 'react';
import { useApp } from '../use-app.tsx';
import type { DraftChannel } from './draft.ts';
import { LazyPart } from './LazyPart.tsx';

interface RenameFieldProps {
  row: DraftChannel;
  onEnd: () => void;
}

/** The field in which a channel gets another name, in the place of its name. */
export function RenameField({ row, onEnd }: RenameFieldProps): ReactNode {
  const app = useApp();
  return (
    <div className="kcc-channel__rename">
      <LazyPart part={app.list} name="rename">
        {({ ChannelRename }) => <ChannelRename row={row} onEnd={onEnd} />}
      </LazyPart>
    </div>
  );
}
