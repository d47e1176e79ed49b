import type { PanelsModule } from '../app.ts';
import { AppProvider } from '../use-app.tsx';
import { ConnectPanel } from './ConnectPanel.tsx';
import { createConnectionStore } from './connection-store.ts';
import { ServiceList } from './ServiceList.tsx';

/*
 * The part of the widget that is fetched only when someone connects a channel. It is built separately, with its
 * own copies of shared components. The two parts share only the `app` object.
 */

export const createConnection: PanelsModule['createConnection'] = createConnectionStore;

export const Panels: PanelsModule['Panels'] = ({ app, name }) => (
  <AppProvider app={app}>{name === 'services' ? <ServiceList /> : <ConnectPanel />}</AppProvider>
);
