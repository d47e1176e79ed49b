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

/** Someone else saved first and changed a setting that this admin changed too. */
export interface Conflict {
  /** Settings changed on both sides. */
  both: SettingKey[];
  /** Everything the other admin changed. */
  theirs: SettingKey[];
  /** What was saved before the other admin's save. */
  base: Settings;
  /** It answers a press of Save; it was not found by reloading. */
  isAnswer: boolean;
}

/** The state of the settings screen. */
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
  /** Save was pressed with problems in the draft: show them all. */
  showsProblems: boolean;
  conflict: Conflict | undefined;
  /** The consent page to open, after the backend said that Kommo's grant no longer works. */
  reauthorizeUrl: string | undefined;
  /** A sync is being watched; false after the last check. */
  isWatchingSync: boolean;
  /** Kommo has stored a save since the page was loaded. */
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

/** What a new try or an undo clears. A conflict stays until the admin decides. */
export const NO_FAILURE: Partial<SettingsState> = {
  saveError: undefined,
  fieldProblems: [],
  showsProblems: false,
};

/** True when the admin may change anything at all. */
export function isEditable(state: SettingsState): boolean {
  return state.saved?.user.is_admin === true;
}

/** True when there is something to save and the backend would accept it. */
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

/** JSON that Kommo stores, so that it sees its own setting as filled in. We never read it back. */
export function storedState({ saved }: SettingsState): string {
  return JSON.stringify({ version: saved?.version ?? 0, channels: saved?.channels.length ?? 0 });
}

/** What the admin must decide when newer settings change something that they changed too. */
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

/** The settings with how the channels' messages are doing now. */
export function withFigures(saved: Settings, read: Channel[]): Settings {
  const channels = saved.channels.map((channel) => {
    const messages = read.find(({ id }) => id === channel.id)?.messages;
    return messages ? { ...channel, messages } : channel;
  });
  return { ...saved, channels };
}

export function withTemplate(saved: Settings, template: Template): Settings {
  return { ...saved, templates: [...saved.templates, template] };
}

function withChannels(saved: Settings, channels: Channel[]): Settings {
  const limit = { ...saved.limits.channels, used: channels.length };
  return { ...saved, channels, limits: { ...saved.limits, channels: limit } };
}
