import type { ReactNode } from 'react';
import type { Channel } from '../contract/api.ts';
import { track } from './analytics.ts';
import { type Api, createApi } from './api.ts';
import type { Clock } from './clock.ts';
import type { ConnectionEvents, ConnectionStore, Target } from './connect/connection-store.ts';
import type { Host } from './host.ts';
import { createPart, type Part } from './part.ts';
import {
  createPendingAttempts,
  type PendingAttempt,
  type PendingAttempts,
} from './pending-attempts.ts';
import type { DraftChannel } from './settings/draft.ts';
import type { Filter } from './settings/list-filter.ts';
import { type Conflict, canSave, storedState } from './settings/settings-state.ts';
import { createSettingsStore, type SettingsStore } from './settings/settings-store.ts';
import { createStore, type Store } from './store.ts';

/** What the modal shows: one view at a time. */
export interface View {
  name: 'settings' | 'services' | 'connect';
  /** A channel that was just connected, to be announced and focused. */
  connected?: Channel;
}

/** The module `connect.js`, fetched when the admin wants to connect a channel. */
export interface PanelsModule {
  Panels(props: { name: 'services' | 'connect' }): ReactNode;
  createConnectionStore(
    api: Api,
    clock: Clock,
    events: ConnectionEvents,
    pending: PendingAttempts,
  ): ConnectionStore;
}

/** The module `sections.js`, fetched as soon as the channels are shown. */
export interface SectionsModule {
  Authorize(): ReactNode;
  NotInstalled(): ReactNode;
  ConflictNotice(props: { conflict: Conflict }): ReactNode;
  Preferences(): ReactNode;
  Templates(): ReactNode;
}

/** What the dialogs over the settings are told. */
export interface DialogProps {
  channel: Channel;
  onClose: () => void;
}

/** The module `dialogs.js`, fetched when something of it is first to be shown: few people ever see it. */
export interface DialogsModule {
  /** Deletes all of them at once. `onDeleted` instead of `onClose` once they are gone. */
  DeleteDialog(props: {
    channels: Channel[];
    onClose: () => void;
    onDeleted: () => void;
  }): ReactNode;
  UndeliveredDialog(props: DialogProps): ReactNode;
  /** For channels whose `test` is not null. */
  TestDialog(props: DialogProps): ReactNode;
  /** The channel's last changes of status. */
  HistoryDialog(props: DialogProps): ReactNode;
}

/** What the menu of a channel and its details offer. */
export type ChannelAction =
  | 'rename'
  | 'reconnect'
  | 'test'
  | 'pause'
  | 'resume'
  | 'history'
  | 'undelivered'
  | 'delete';

/** The module `list.js`: what the list of channels shows on demand. Fetched when the page is idle. */
export interface ListModule {
  /** `onClose` says whether the button that opened it should have the focus again. */
  ChannelMenu(props: {
    row: DraftChannel;
    onClose: (returnsFocus: boolean) => void;
    onAction: (action: ChannelAction) => void;
  }): ReactNode;
  ChannelDetails(props: {
    row: DraftChannel;
    onClose: () => void;
    onAction: (action: ChannelAction) => void;
  }): ReactNode;
  ChannelRename(props: { row: DraftChannel; onEnd: () => void }): ReactNode;
  ListFilter(props: {
    filter: Filter;
    found: number;
    onChange: (filter: Filter) => void;
  }): ReactNode;
  BulkBar(props: {
    selected: DraftChannel[];
    shown: DraftChannel[];
    onSelect: (ids: string[]) => void;
    onDelete: () => void;
  }): ReactNode;
}

/** Everything behind the screen. One per account and page; it outlives the modal. */
export interface App {
  host: Host;
  api: Api;
  settings: SettingsStore;
  /** Undefined until the panels have been fetched. */
  connection: ConnectionStore | undefined;
  panels: Part<PanelsModule>;
  sections: Part<SectionsModule>;
  dialogs: Part<DialogsModule>;
  list: Part<ListModule>;
  view: Store<{ view: View }>;
  /** The latest announcement for screen readers. */
  announcement: Store<{ text: string }>;
  show(view: View): void;
  /** Opens a service's panel, for a new channel or to reconnect one. */
  connect(target: Target): void;
  announce(text: string): void;
  /** The admin knows about the channel that was just connected. */
  forgetNews(): void;
  /** The modal was opened: from now on, `host` stands for it. */
  open(host: Host): void;
  /** The modal was closed: stops all background requests. */
  close(): void;
}

export function createApp(firstHost: Host, clock: Clock): App {
  let host = firstHost;
  const api = createApi(
    { request: (request) => host.request(request), apiUrl: firstHost.apiUrl },
    clock,
  );
  const settings = createSettingsStore(api, clock, onSaveEnd);
  const view = createStore<{ view: View }>({ view: { name: 'settings' } });
  const announcement = createStore({ text: '' });
  const panels = createPart(fetchPanels);
  const sections = createPart(() => host.loadPart<SectionsModule>('sections'));
  const dialogs = createPart(() => host.loadPart<DialogsModule>('dialogs'));
  const list = createPart(() => host.loadPart<ListModule>('list'));
  let connection: ConnectionStore | undefined;
  const pendingAttempts = createPendingAttempts(clock, () => settings.get().saved);
  let wanted: Target | undefined;
  /** An attempt from before the page was loaded, kept until the panels have arrived. */
  let unfinished: { target: Target; pending: PendingAttempt } | undefined;
  let hasLookedForUnfinished = false;
  let isDirty: boolean | undefined;

  /** Kommo's Save is enabled exactly while there is something to save, and what would be saved is shown. */
  function updateSave(): void {
    const state = settings.get();
    const isKnown = state.isStoredByKommo || host.installStep() !== 'not_configured';
    const isShown = view.get().view.name === 'settings';
    const next = isShown && !state.isSaving && canSave(state, isKnown);
    if (state.isSaving || next === isDirty) return;
    isDirty = next;
    if (next) host.markDirty(storedState(state));
    else host.markClean();
  }

  function forgetNews(): void {
    if (view.get().view.connected) view.set({ view: { name: 'settings' } });
  }

  /** Shows the admin, and Kommo's button, how a save ended. */
  function onSaveEnd(isSaved: boolean): void {
    if (isSaved) {
      forgetNews();
      host.notify('success', host.texts.t('save.done'));
      track('settings_saved', { channels: settings.get().saved?.channels.length ?? 0 });
      return;
    }
    if (view.get().view.name !== 'settings') view.set({ view: { name: 'settings' } });
    host.endSave();
    isDirty = undefined;
    updateSave();
  }

  /** Looks for an unfinished attempt as soon as the first settings say who is signed in. */
  function findUnfinished(): void {
    const { saved } = settings.get();
    if (hasLookedForUnfinished || !saved?.user.is_admin || saved.install.state !== 'active') return;
    hasLookedForUnfinished = true;
    const pending = pendingAttempts.read();
    if (!pending) return;
    const connector = saved.connectors.find(({ id }) => id === pending.connector);
    const channel = saved.channels.find(({ id }) => id === pending.channelId);
    if (!connector || (pending.channelId !== undefined && !channel)) {
      pendingAttempts.forget();
      return;
    }
    unfinished = { target: { connector, ...(channel ? { channel } : {}) }, pending };
    view.set({ view: { name: 'connect' } });
  }

  settings.subscribe(updateSave);
  view.subscribe(updateSave);
  settings.subscribe(findUnfinished);

  async function restore(connection: ConnectionStore): Promise<void> {
    if (!unfinished) return;
    const { target, pending } = unfinished;
    unfinished = undefined;
    const connected = await connection.restore(target, pending);
    if (connected) view.set({ view: { name: 'settings', connected } });
  }

  /** Also when they are there already: then only what the admin wants to connect is opened. */
  async function fetchPanels(): Promise<PanelsModule> {
    const module = panels.get().module ?? (await host.loadPart<PanelsModule>('connect'));
    const events: ConnectionEvents = {
      onConnected(channel) {
        track('channel_connected', { connector: channel.connector });
        settings.addChannel(channel);
      },
      onReauthorize: settings.requireAuthorization,
    };
    connection ??= module.createConnectionStore(api, clock, events, pendingAttempts);
    void restore(connection);
    if (wanted) connection.open(wanted);
    wanted = undefined;
    return module;
  }

  return {
    get host() {
      return host;
    },
    get connection() {
      return connection;
    },
    api,
    settings,
    panels,
    sections,
    dialogs,
    list,
    view,
    announcement,
    show(next) {
      wanted = undefined;
      unfinished = undefined;
      view.set({ view: next });
    },
    connect(target) {
      wanted = target;
      view.set({ view: { name: 'connect' } });
      if (connection) void panels.load();
    },
    forgetNews,
    announce: (text) => announcement.set({ text }),
    open(next) {
      host = next;
      isDirty = undefined;
      // Nothing from an earlier installation counts any more, and the backend cannot be asked.
      if (next.installStep() === 'install') {
        connection?.close();
        settings.clear();
        view.set({ view: { name: 'settings' } });
        return;
      }
      forgetNews();
      connection?.resume();
      void settings.reopen();
    },
    close() {
      settings.pause();
      connection?.pause();
    },
  };
}
