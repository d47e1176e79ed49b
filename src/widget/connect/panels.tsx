import type { PanelsModule } from '../app.ts';
import { AppProvider } from '../use-app.tsx';
import { ConnectPanel } from './ConnectPanel.tsx';
import { createConnectionStore } from './connection-store.ts';
import { ServiceList } from './ServiceList.tsx';

/*
 * The part of the widget that is fetched only when somebody connects a channel. It is built on its own, with
 * its own copies of what both parts draw with; all they share is the app that is handed over.
 */

export const createConnection: PanelsModule['createConnection'] = createConnectionStore;

export const Panels: PanelsModule['Panels'] = ({ app, name }) => (
  <AppProvider app={app}>{name === 'services' ? <ServiceList /> : <ConnectPanel />}</AppProvider>
);
