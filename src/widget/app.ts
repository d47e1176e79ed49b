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
  Panels(props: { app: App; name: 'services' | 'connect' }): ReactNode;
  createConnection(
    api: Api,
    clock: Clock,
    events: ConnectionEvents,
    pending: PendingAttempts,
  ): ConnectionStore;
}

/** What the dialogs over the settings are told. */
export interface DialogProps {
  app: App;
  channel: Channel;
  onClose: () => void;
}

/** The module `dialogs.js`, fetched when something of it is first to be shown: few people ever see it. */
export interface DialogsModule {
  /** `onDeleted` instead of `onClose` once the channel is gone. */
  DeleteDialog(props: DialogProps & { onDeleted: () => void }): ReactNode;
  UndeliveredDialog(props: DialogProps): ReactNode;
  /** `onClose` gets the name of the template if one was created. */
  TemplateForm(props: { app: App; onClose: (created?: string) => void }): ReactNode;
  ConflictNotice(props: { app: App; conflict: Conflict }): ReactNode;
}

/** Everything behind the screen. One per account and page; it outlives the modal. */
export interface App {
  host: Host;
  api: Api;
  settings: SettingsStore;
  /** Undefined until the panels have been fetched. */
  connection: ConnectionStore | undefined;
  panels: Part<PanelsModule>;
  dialogs: Part<DialogsModule>;
  view: Store<{ view: View }>;
  /** The latest announcement for screen readers. */
  announcement: Store<{ text: string }>;
  show(view: View): void;
  /** Opens a service's panel, for a new channel or to reconnect one. */
  connect(target: Target): void;
  announce(text: string): void;
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
  const dialogs = createPart(() => host.loadPart<DialogsModule>('dialogs'));
  let connection: ConnectionStore | undefined;
  const pendingAttempts = createPendingAttempts(clock, () => settings.get().saved);
  let wanted: Target | undefined;
  /** An attempt from before the page was loaded, kept until the panels have arrived. */
  let unfinished: { target: Target; pending: PendingAttempt } | undefined;
  let hasLookedForUnfinished = false;
  let isDirty: boolean | undefined;

  /** Kommo's Save is enabled exactly while there is something to save. */
  function updateSave(): void {
    const state = settings.get();
    const isKnown = state.isStoredByKommo || host.installStep() !== 'not_configured';
    const next = !state.isSaving && canSave(state, isKnown);
    if (state.isSaving || next === isDirty) return;
    isDirty = next;
    if (next) host.markDirty(storedState(state));
    else host.markClean();
  }

  /** Shows the admin, and Kommo's button, how a save ended. */
  function onSaveEnd(isSaved: boolean): void {
    if (isSaved) {
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
    connection ??= module.createConnection(api, clock, events, pendingAttempts);
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
    dialogs,
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
      connection?.resume();
      void settings.reopen();
    },
    close() {
      settings.pause();
      connection?.pause();
    },
  };
}
