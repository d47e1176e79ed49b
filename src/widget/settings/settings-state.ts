import type { Channel, Settings, Template } from '../../contract/api.ts';
import type { ApiError } from '../api-error.ts';
import {
  type Edits,
  findConflicts,
  findProblems,
  listChanges,
  listEdits,
  NO_EDITS,
  type SettingKey,
} from './draft.ts';
import type { FieldProblem } from './problems.ts';

/** Somebody else saved first, and touched what the admin touched too. */
export interface Conflict {
  /** Settings changed on both sides. */
  both: SettingKey[];
  /** Everything the other one changed. */
  theirs: SettingKey[];
  /** What was saved before the other one came. */
  base: Settings;
  /** It is the answer to a press of Save, not found by looking again. */
  isAnswer: boolean;
}

/** What the settings screen knows. */
export interface SettingsState {
  /** The last state the backend confirmed. */
  saved: Settings | undefined;
  /** Why the first load failed. */
  loadError: ApiError | undefined;
  isLoading: boolean;
  edits: Edits;
  /** The draft is older than this opening of the modal. */
  isRestored: boolean;
  isSaving: boolean;
  saveError: ApiError | undefined;
  /** Values the backend refused in the last save. */
  fieldProblems: FieldProblem[];
  /** Save was pressed with faults in the draft: show them all. */
  showsProblems: boolean;
  conflict: Conflict | undefined;
  /** The consent page to open, after the backend said that Kommo's grant died. */
  reauthorizeUrl: string | undefined;
  /** A sync is being watched; false once the pauses are used up. */
  isWatchingSync: boolean;
  /** Kommo has been told about the save in this page's life. */
  isStoredByKommo: boolean;
}

export const INITIAL_STATE: SettingsState = {
  saved: undefined,
  loadError: undefined,
  isLoading: false,
  edits: NO_EDITS,
  isRestored: false,
  isSaving: false,
  saveError: undefined,
  fieldProblems: [],
  showsProblems: false,
  conflict: undefined,
  reauthorizeUrl: undefined,
  isWatchingSync: false,
  isStoredByKommo: false,
};

/** What a new try, or giving up, wipes off the screen. A conflict stays until the admin decides. */
export const NO_FAILURE: Partial<SettingsState> = {
  saveError: undefined,
  fieldProblems: [],
  showsProblems: false,
};

/** True when the admin may change anything at all. */
export function isEditable(state: SettingsState): boolean {
  return state.saved?.user.is_admin === true;
}

/** True when Kommo's Save has something to do that would be accepted. */
export function canSave(state: SettingsState, isStoredByKommo: boolean): boolean {
  const { saved, edits, conflict } = state;
  if (!saved || conflict || !isEditable(state) || saved.install.state !== 'active') return false;
  if (saved.status === 'new' && saved.channels.length === 0) return false;
  const lacksDefault = saved.default_channel_id === null && saved.channels.length > 0;
  const hasUnsaved = saved.channels.some((channel) => !channel.is_saved);
  const hasWork =
    listEdits(edits).length > 0 ||
    saved.status === 'new' ||
    lacksDefault ||
    hasUnsaved ||
    !isStoredByKommo;
  return hasWork && findProblems(saved, edits).length === 0;
}

/** JSON that Kommo stores: a setting it counts as filled in. We never read it back. */
export function storedState({ saved }: SettingsState): string {
  return JSON.stringify({ version: saved?.version ?? 0, channels: saved?.channels.length ?? 0 });
}

/** What the admin has to decide once newer settings are shown, if they touch what he touched. */
export function findConflict(state: SettingsState, newer: Settings): Conflict | undefined {
  const base = state.conflict?.base ?? state.saved ?? newer;
  if (base.version === newer.version) return undefined;
  const both = findConflicts(base, newer, state.edits);
  const theirs = listChanges(base, newer);
  return both.length > 0 ? { both, theirs, base, isAnswer: state.isSaving } : undefined;
}

/** The settings with a channel that was just connected, or connected again. */
export function withChannel(saved: Settings, channel: Channel): Settings {
  const isKnown = saved.channels.some(({ id }) => id === channel.id);
  return withChannels(
    saved,
    isKnown
      ? saved.channels.map((known) => (known.id === channel.id ? channel : known))
      : [...saved.channels, channel],
  );
}

export function withoutChannel(saved: Settings, channelId: string): Settings {
  const channels = saved.channels.filter((channel) => channel.id !== channelId);
  const isDefault = saved.default_channel_id === channelId;
  return {
    ...withChannels(saved, channels),
    default_channel_id: isDefault ? null : saved.default_channel_id,
  };
}

export function withTemplate(saved: Settings, template: Template): Settings {
  return { ...saved, templates: [...saved.templates, template] };
}

function withChannels(saved: Settings, channels: Channel[]): Settings {
  const limit = { ...saved.limits.channels, used: channels.length };
  return { ...saved, channels, limits: { ...saved.limits, channels: limit } };
}
