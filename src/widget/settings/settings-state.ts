import type { Channel, ChannelStatus, Settings, Template, WatchEvent } from '../../contract/api.ts';
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
import type { LiveState } from './live-watch.ts';
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
  /** Save was pressed with problems in the draft. */
  showsProblems: boolean;
  /** How many presses of Save have failed since the page was loaded. */
  failedSaves: number;
  conflict: Conflict | undefined;
  /** The consent page to open, after the backend said that Kommo's grant no longer works. */
  reauthorizeUrl: string | undefined;
  /** A sync is being watched; false after the last check. */
  isWatchingSync: boolean;
  /** Whether what changes at the services shows by itself. */
  live: LiveState;
  /** How far the backend's clock is ahead of the browser's, in milliseconds. */
  clockAheadMs: number;
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
  failedSaves: 0,
  conflict: undefined,
  reauthorizeUrl: undefined,
  isWatchingSync: false,
  live: 'off',
  clockAheadMs: 0,
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

/** The settings with how the channels and their messages are doing now. */
export function withFigures(
  saved: Settings,
  read: Pick<Channel, 'id' | 'status' | 'status_reason' | 'checked_at' | 'messages'>[],
): Settings {
  const channels = saved.channels.map((channel) => {
    const now = read.find(({ id }) => id === channel.id);
    if (!now) return channel;
    const { status, status_reason, checked_at, messages } = now;
    return { ...channel, status, status_reason, checked_at, messages };
  });
  return { ...saved, channels };
}

/** The settings with what the backend told by itself. What admins set stays. */
export function withWatched(saved: Settings, event: WatchEvent): Settings {
  return { ...withFigures(saved, event.channels), sync: event.sync };
}

/** The ids of the channels, to see whether the same ones are meant. */
export function idsOf(of: { channels: { id: string }[] }): string {
  return of.channels
    .map(({ id }) => id)
    .sort()
    .join();
}

/** The moment since which every service has answered, by the browser's clock; undefined where there is none to ask. */
export function checkedAt({ saved, clockAheadMs }: SettingsState): number | undefined {
  const times = (saved?.channels ?? []).flatMap(({ status, checked_at }) =>
    status === 'paused' || checked_at === null ? [] : [Date.parse(checked_at) - clockAheadMs],
  );
  return times.length === 0 ? undefined : Math.min(...times);
}

export function withStatus(saved: Settings, channelId: string, status: ChannelStatus): Settings {
  const channels = saved.channels.map((channel) =>
    channel.id === channelId ? { ...channel, status, status_reason: null } : channel,
  );
  return { ...saved, channels };
}

export function withTemplate(saved: Settings, template: Template): Settings {
  return { ...saved, templates: [...saved.templates, template] };
}

function withChannels(saved: Settings, channels: Channel[]): Settings {
  const limit = { ...saved.limits.channels, used: channels.length };
  return { ...saved, channels, limits: { ...saved.limits, channels: limit } };
}
