import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react';
import type { App, View } from './app.ts';
import type { Texts } from './i18n.ts';

const AppContext = createContext<App | undefined>(undefined);

export function AppProvider({ app, children }: { app: App; children: ReactNode }): ReactNode {
  return <AppContext.Provider value={app}>{children}</AppContext.Provider>;
}

export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error('useApp needs an AppProvider above it');
  return app;
}

export function useTexts(): Texts {
  return useApp().host.texts;
}

export function useView(): View {
  const { view } = useApp();
  return useSyncExternalStore(view.subscribe, view.get).view;
}
