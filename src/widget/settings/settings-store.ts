import type {
  Channel,
  ChannelOptions,
  ChannelStatus,
  CreateTemplate,
  Preferences,
  Settings,
  WatchEvent,
} from '../../contract/api.ts';
import type { Api } from '../api.ts';
import { ApiError, asApiError } from '../api-error.ts';
import type { Clock } from '../clock.ts';
import { createStore, type Store } from '../store.ts';
import {
  type Edits,
  findProblems,
  listEdits,
  NO_EDITS,
  normalise,
  toSaveRequest,
  withSetBack,
} from './draft.ts';
import { createDraftKeeper } from './kept-draft.ts';
import { createLiveWatch, type Refreshed } from './live-watch.ts';
import { type FieldProblem, toFieldProblems } from './problems.ts';
import { createProgressWatch } from './progress-watch.ts';
import {
  findConflict,
  INITIAL_STATE,
  idsOf,
  isEditable,
  NO_FAILURE,
  type SettingsState,
  withChannel,
  withFigures,
  withoutChannel,
  withStatus,
  withTemplate,
  withWatched,
} from './settings-state.ts';

/** How often a save is automatically merged with someone else's newer one. */
const MAX_MERGES = 3;

/** The settings and their draft. Lives as long as the page, so a closed modal loses nothing. */
export interface SettingsStore extends Pick<Store<SettingsState>, 'get' | 'subscribe'> {
  /** Reads the settings and keeps the draft. Never rejects: a failure is part of the state. */
  load(): Promise<void>;
  /** The modal was opened: reads the settings, and remembers that the draft is older. */
  reopen(): Promise<void>;
  rename(channelId: string, name: string): void;
  choosePipelines(channelId: string, pipelineIds: number[]): void;
  /** Sets the options that are named. */
  setOption(channelId: string, option: ChannelOptions): void;
  chooseDefault(channelId: string): void;
  setPreference(kind: keyof Preferences, preference: Preferences['language']): void;
  undoAll(): void;
  /** The view with the answer to the last press of Save was left: it is no news any more. */
  leave(): void;
  /** The admin has read why the last press of Save failed. */
  dismissFailure(): void;
  /** The admin has read that the draft is older than this opening of the modal. */
  dismissRestored(): void;
  /** True only after the backend has confirmed. */
  save(): Promise<boolean>;
  /** After a conflict: drop the draft, or apply it to what the other admin saved. */
  takeTheirs(): void;
  keepMine(): void;
  /** A channel was connected: shows it at once and reloads the settings in the background. */
  addChannel(channel: Channel): void;
  /** @throws ApiError */
  deleteChannel(channelId: string): Promise<void>;
  /** Deletes all of them or, when it fails, none. @throws ApiError */
  deleteChannels(channelIds: string[]): Promise<void>;
  /** The channel stops carrying, and keeps everything it has. @throws ApiError */
  pauseChannel(channelId: string): Promise<void>;
  /** The channel carries again, and its status is what the service says now. @throws ApiError */
  resumeChannel(channelId: string): Promise<void>;
  /** Reads how the channels and their messages are doing. Never rejects: without an answer, all stays. */
  refreshFigures(): Promise<void>;
  /** Has the services asked how the channels are doing, and waits for them. Never rejects. */
  refresh(): Promise<Refreshed>;
  /** @throws ApiError */
  createTemplate(template: CreateTemplate): Promise<void>;
  /** Requests the sync again by sending the saved settings unchanged. */
  retrySync(): Promise<void>;
  /** Kommo's grant turned out not to work any more. */
  requireAuthorization(url: string): void;
  /** The modal is closed: stops checking. */
  pause(): void;
  /** The integration is not installed: forgets everything. */
  clear(): void;
}

/** @param onSaveEnd called with the outcome of every press of Save, before `save` resolves */
export function createSettingsStore(
  api: Api,
  clock: Clock,
  onSaveEnd: (isSaved: boolean) => void,
): SettingsStore {
  const store = createStore<SettingsState>(INITIAL_STATE);
  const keeper = createDraftKeeper(() => store.get().saved);
  const progress = createProgressWatch(clock, {
    get: () => store.get().saved,
    isTold: () => store.get().live === 'live',
    read: api.loadSettings,
    accept,
    fail: failLoad,
    report: (isWatchingSync) => store.set({ isWatchingSync }),
  });

  const live = createLiveWatch(api, clock, {
    event: take,
    state(state) {
      const wasLive = store.get().live === 'live';
      store.set({ live: state });
      if (state === 'live' || wasLive) progress.restart();
    },
  });
  let isOpen = false;
  /** The last event, for settings that were being read when it came. */
  let told: { event: WatchEvent; at: number } | undefined;
  /** The channels the settings were read again for. */
  let readFor = '';

  /** Takes over what the backend told by itself. Channels it names differently are reason to read the settings once. */
  function take(event: WatchEvent): void {
    const { saved } = store.get();
    told = { event, at: clock.now() };
    if (!saved) return;
    const clockAheadMs = Date.parse(event.server_time) - told.at;
    store.set({ saved: withWatched(saved, event), clockAheadMs });
    const ids = idsOf(event);
    if (ids === idsOf(saved) || ids === readFor) return;
    readFor = ids;
    void load();
  }

  /** Takes over newer settings. If they change what the draft changes, the admin must decide. */
  function accept(saved: Settings, isOwn = false): void {
    const state = store.get();
    store.set({
      saved,
      loadError: undefined,
      edits: normalise(saved, state.edits),
      conflict: isOwn ? undefined : findConflict(state, saved),
    });
    if (saved.install.state === 'active') store.set({ reauthorizeUrl: undefined });
    if (!state.saved) restoreDraft(saved);
    keeper.keep(store.get().edits);
  }

  /** The first settings since the page was loaded say whose draft this tab may have kept. */
  function restoreDraft(saved: Settings): void {
    const kept = isEditable(store.get()) ? keeper.read() : undefined;
    if (!kept) return;
    store.set({ edits: kept.edits, isRestored: true });
    store.set({ conflict: findConflict({ ...store.get(), saved: kept.base }, saved) });
  }

  /** Also in the tab, so that a reload loses nothing. */
  function setDraft(change: Partial<SettingsState> & Pick<SettingsState, 'edits'>): void {
    store.set(change);
    keeper.keep(change.edits);
  }

  /** Adds a change to the draft and clears what the backend said about the value it replaces. */
  function edit(change: Partial<Edits>, isReplaced: (problem: FieldProblem) => boolean): void {
    const { saved, edits, fieldProblems } = store.get();
    if (!saved || !isEditable(store.get())) return;
    const left = fieldProblems.filter((problem) => !isReplaced(problem));
    setDraft({
      edits: normalise(saved, { ...edits, ...change }),
      fieldProblems: left,
      saveError: undefined,
    });
  }

  /** The last save: when the backend refuses values, it refers to channels by their position in it. */
  let sent: Parameters<typeof toFieldProblems>[1] = { channels: [] };

  function fail(error: ApiError): void {
    if (error.reauthorizeUrl) store.set({ reauthorizeUrl: error.reauthorizeUrl });
    const fieldProblems = toFieldProblems(error.fields, sent);
    // Refused values are told one by one.
    store.set({ saveError: fieldProblems.length > 0 ? undefined : error, fieldProblems });
    progress.restart();
  }

  function failLoad(caught: unknown): void {
    const error = asApiError(caught);
    store.set({ loadError: error });
    if (error.reauthorizeUrl) store.set({ reauthorizeUrl: error.reauthorizeUrl });
  }

  /** Counts loads and saves, so that an outdated answer is ignored. */
  let turn = 0;

  async function load(): Promise<void> {
    turn += 1;
    const mine = turn;
    const begunAt = clock.now();
    store.set({ isLoading: true });
    try {
      const saved = await api.loadSettings();
      if (mine !== turn) return;
      const isOlder = told !== undefined && told.at >= begunAt;
      accept(told && isOlder ? withWatched(saved, told.event) : saved);
      // What is reached again, or has changed since, no longer stands in the way.
      store.set({ saveError: undefined });
    } catch (caught) {
      if (mine !== turn) return;
      failLoad(caught);
    } finally {
      if (mine === turn) store.set({ isLoading: false });
    }
    if (mine !== turn) return;
    progress.restart();
    if (isOpen && store.get().saved?.install.state === 'active') live.start();
  }

  async function put(saved: Settings, edits: Edits): Promise<void> {
    progress.stop();
    const request = toSaveRequest(saved, edits);
    sent = request;
    const answer = await api.saveSettings(request);
    turn += 1;
    store.set({ edits: withSetBack(saved, edits, store.get().edits) });
    accept(answer, true);
    store.set({ isLoading: false });
    progress.restart();
  }

  /** Sends the draft. Merges it with newer settings as long as no one changed the same ones. */
  async function saveMerging(merges: number): Promise<boolean> {
    const { saved, edits } = store.get();
    if (!saved) return false;
    try {
      await put(saved, edits);
      return true;
    } catch (caught) {
      const error = asApiError(caught);
      if (error.code !== 'version_conflict' || merges === 0) throw error;
    }
    const newer = await api.loadSettings();
    accept(newer);
    progress.restart();
    if (store.get().conflict) return false;
    if (findProblems(newer, store.get().edits).length > 0) {
      store.set({ showsProblems: true });
      return false;
    }
    return saveMerging(merges - 1);
  }

  async function saveDraft(): Promise<boolean> {
    const { saved, edits, isSaving, conflict } = store.get();
    if (!saved || isSaving || conflict || !isEditable(store.get())) return false;
    if (findProblems(saved, edits).length > 0) {
      store.set({ showsProblems: true });
      return false;
    }
    store.set({ isSaving: true, ...NO_FAILURE });
    try {
      const isSaved = await saveMerging(MAX_MERGES);
      if (isSaved) store.set({ isStoredByKommo: true, isRestored: false });
      return isSaved;
    } catch (caught) {
      fail(asApiError(caught));
      return false;
    } finally {
      store.set({ isSaving: false });
    }
  }

  async function refreshFigures(): Promise<void> {
    const read = await api.loadChannels().catch(() => undefined);
    const { saved } = store.get();
    if (saved && read) store.set({ saved: withFigures(saved, read._embedded.channels) });
  }

  /** What was asked for is shown at once, even if the channels cannot be read just then. */
  async function showStatus(channelId: string, status: ChannelStatus): Promise<void> {
    const { saved } = store.get();
    if (saved) store.set({ saved: withStatus(saved, channelId, status) });
    await refreshFigures();
  }

  return {
    get: store.get,
    subscribe: store.subscribe,
    load,
    async reopen() {
      isOpen = true;
      readFor = '';
      store.set({ isRestored: listEdits(store.get().edits).length > 0, ...NO_FAILURE });
      await load();
    },
    rename: (channelId, name) =>
      edit(
        { names: { ...store.get().edits.names, [channelId]: name } },
        (problem) => problem.channelId === channelId && problem.field === 'name',
      ),
    choosePipelines: (channelId, ids) =>
      edit(
        { pipelines: { ...store.get().edits.pipelines, [channelId]: ids } },
        // Removing a pipeline from any channel may free it for the one that was refused.
        ({ channelId: id, field, code }) =>
          (id === channelId && field === 'pipelines') || code === 'pipeline_taken',
      ),
    setOption(channelId, option) {
      const { options } = store.get().edits;
      edit(
        { options: { ...options, [channelId]: { ...options[channelId], ...option } } },
        (problem) => problem.channelId === channelId && problem.field === 'value',
      );
    },
    chooseDefault: (defaultChannelId) =>
      edit({ defaultChannelId }, (problem) => problem.field === 'default'),
    setPreference: (kind, preference) =>
      edit(
        { preferences: { ...store.get().edits.preferences, [kind]: preference } },
        (problem) => problem.field === kind,
      ),
    undoAll: () =>
      setDraft({ edits: NO_EDITS, isRestored: false, conflict: undefined, ...NO_FAILURE }),
    leave() {
      const { conflict } = store.get();
      store.set({
        saveError: undefined,
        showsProblems: false,
        conflict: conflict && { ...conflict, isAnswer: false },
      });
    },
    dismissFailure: () => store.set({ saveError: undefined }),
    dismissRestored: () => store.set({ isRestored: false }),
    async save() {
      const isSaved = await saveDraft();
      if (!isSaved) store.set({ failedSaves: store.get().failedSaves + 1 });
      onSaveEnd(isSaved);
      return isSaved;
    },
    takeTheirs: () => setDraft({ edits: NO_EDITS, conflict: undefined, isRestored: false }),
    keepMine: () => store.set({ conflict: undefined }),
    addChannel(channel) {
      const { saved } = store.get();
      if (saved) store.set({ saved: withChannel(saved, channel) });
      void load();
    },
    async deleteChannel(channelId) {
      try {
        await api.deleteChannel(channelId);
      } catch (caught) {
        // Already deleted: that is what the admin wanted.
        if (!(caught instanceof ApiError) || caught.code !== 'not_found') throw caught;
      }
      const { saved } = store.get();
      if (saved) accept(withoutChannel(saved, channelId));
      void load();
    },
    async deleteChannels(channelIds) {
      await api.deleteChannels({ ids: channelIds });
      const { saved } = store.get();
      if (saved) accept(channelIds.reduce(withoutChannel, saved));
      void load();
    },
    async pauseChannel(channelId) {
      await api.pauseChannel(channelId);
      await showStatus(channelId, 'paused');
    },
    async resumeChannel(channelId) {
      await api.resumeChannel(channelId);
      await showStatus(channelId, 'connecting');
    },
    refreshFigures,
    refresh: live.refresh,
    async createTemplate(template) {
      const created = await api.createTemplate(template);
      const { saved } = store.get();
      if (saved) store.set({ saved: withTemplate(saved, created) });
    },
    async retrySync() {
      const { saved } = store.get();
      if (!saved || store.get().isSaving) return;
      store.set({ isSaving: true, ...NO_FAILURE });
      try {
        await put(saved, NO_EDITS);
      } catch (caught) {
        const error = asApiError(caught);
        if (error.code === 'version_conflict') await load();
        else fail(error);
      } finally {
        store.set({ isSaving: false });
      }
    },
    requireAuthorization: (reauthorizeUrl) => store.set({ reauthorizeUrl }),
    pause() {
      isOpen = false;
      told = undefined;
      live.stop();
      progress.stop();
    },
    clear() {
      turn += 1;
      isOpen = false;
      told = undefined;
      live.stop();
      progress.stop();
      store.set(INITIAL_STATE);
    },
  };
}
