import { useMemo, useSyncExternalStore } from 'react';
import type { Settings } from '../../contract/api.ts';
import { useApp } from '../use-app.tsx';
import { applyEdits, type Draft } from './draft.ts';
import { isEditable, type SettingsState } from './settings-state.ts';
import type { SettingsStore } from './settings-store.ts';

export function useSettingsState(): SettingsState {
  const { settings } = useApp();
  return useSyncExternalStore(settings.subscribe, settings.get);
}

interface LoadedSettings {
  state: SettingsState;
  saved: Settings;
  /** The saved settings with the admin's changes applied. */
  draft: Draft;
  /** False for people who may only view the settings. */
  isEditable: boolean;
  settings: SettingsStore;
}

/** For components that are shown only once the settings are loaded. */
export function useSettings(): LoadedSettings {
  const { settings } = useApp();
  const state = useSettingsState();
  const { saved, edits } = state;
  if (!saved) throw new Error('useSettings is for loaded settings');
  const draft = useMemo(() => applyEdits(saved, edits), [saved, edits]);
  return { state, saved, draft, isEditable: isEditable(state), settings };
}
