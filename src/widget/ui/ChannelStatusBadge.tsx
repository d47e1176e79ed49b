import type { ReactNode } from 'react';
import type { ChannelStatus } from '../../contract/api.ts';
import { useTexts } from '../use-app.tsx';
import type { IconName } from './Icon.tsx';
import { StatusBadge, type Tone } from './StatusBadge.tsx';

const LOOKS: Record<ChannelStatus, { tone: Tone; icon: IconName }> = {
  connected: { tone: 'success', icon: 'check' },
  connecting: { tone: 'info', icon: 'wait' },
  action_needed: { tone: 'warning', icon: 'warning' },
  phone_offline: { tone: 'warning', icon: 'phone' },
  error: { tone: 'danger', icon: 'error' },
  paused: { tone: 'neutral', icon: 'pause' },
};

/** A channel's status as an icon and a word. */
export function ChannelStatusBadge({ status }: { status: ChannelStatus }): ReactNode {
  const { t } = useTexts();
  return <StatusBadge {...LOOKS[status]}>{t(`status.${status}`)}</StatusBadge>;
}
