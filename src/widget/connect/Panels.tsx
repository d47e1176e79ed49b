import type { ReactNode } from 'react';
import { ConnectPanel } from './ConnectPanel.tsx';
import { ServiceList } from './ServiceList.tsx';

/** The views that connect a channel. */
export function Panels({ name }: { name: 'services' | 'connect' }): ReactNode {
  return name === 'services' ? <ServiceList /> : <ConnectPanel />;
}
