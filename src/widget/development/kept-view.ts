import type { App, View } from '../app.ts';
import { menuButtonId, REVEAL_ROW, rowId } from '../ui/focus.ts';
import { APP_CREATED, type AppCreated } from './app-created.ts';

const KEY = 'chat-connector:development-view';
/** In how many drawn frames what is to be restored must have appeared: a hidden page draws none. */
const FRAMES = 600;
/** The same for the height that the page had. */
const FRAMES_TO_SCROLL = 120;

/** What the developer was looking at. */
interface KeptView {
  view: View['name'];
  /** What was being connected. */
  connector?: string | undefined;
  channel?: string | undefined;
  /** The rows of the list that were open. */
  rows: string[];
  /** The dialog that was open: the channel, and the entry of its menu. */
  dialog?: { channel: string; entry: string } | undefined;
  scrolled: number;
}

/** Keeps what the developer was looking at over a new build and over a reload of the page. */
export interface ViewKeeper {
  /** The screen is about to be replaced. */
  keep(): void;
}

/** Hears of every screen that is made from now on. */
export function createViewKeeper(): ViewKeeper {
  let app: App | undefined;
  let isRestored = false;
  let opened: KeptView['dialog'];

  function keep(): void {
    // What was kept is not overwritten by a screen that is still on its way there.
    if (!app || !isRestored) return;
    const target = app.connection?.get().target;
    const kept: KeptView = {
      view: app.view.get().view.name,
      connector: target?.connector.id,
      channel: target?.channel?.id,
      rows: openRows(),
      dialog: document.querySelector('.chat-connector dialog[open]') ? opened : undefined,
      scrolled: scroller()?.scrollTop ?? 0,
    };
    withStorage((storage) => storage.setItem(KEY, JSON.stringify(kept)));
  }

  document.addEventListener(APP_CREATED, (event) => {
    const created = (event as AppCreated).detail;
    app = created;
    isRestored = false;
    void restore(created, readKept()).finally(() => {
      if (app === created) isRestored = true;
    });
  });
  // A click elsewhere may open another dialog; one inside the dialog does not.
  document.addEventListener(
    'click',
    ({ target }) => {
      if (target instanceof Element && !target.closest('dialog')) opened = menuEntry(target);
    },
    true,
  );
  window.addEventListener('pagehide', keep);
  return { keep };
}

async function restore(app: App, kept: KeptView | undefined): Promise<void> {
  await loaded(app);
  if (!kept) return;
  // A sign-in that was under way has led elsewhere already.
  if (app.view.get().view.name !== 'settings') return;
  if (kept.view === 'services') app.show({ name: 'services' });
  else if (kept.view === 'connect') reconnect(app, kept);
  else await reopen(kept);
  if (kept.scrolled > 0) await scroll(kept.scrolled);
}

/** Resolves once the settings are loaded. */
function loaded({ settings }: App): Promise<void> {
  return new Promise((resolve) => {
    const stop = settings.subscribe(look);
    function look(): void {
      if (!settings.get().saved) return;
      stop();
      resolve();
    }
    look();
  });
}

/** The parts of the screen arrive one after the other, and the page grows with them. */
async function scroll(top: number): Promise<void> {
  await until(() => {
    const node = scroller();
    if (node) node.scrollTop = top;
    return node !== undefined && node.scrollTop >= top - 1;
  }, FRAMES_TO_SCROLL);
}

function reconnect(app: App, kept: KeptView): void {
  const { saved } = app.settings.get();
  const connector = saved?.connectors.find(({ id }) => id === kept.connector);
  const channel = saved?.channels.find(({ id }) => id === kept.channel);
  if (connector) app.connect({ connector, ...(channel ? { channel } : {}) });
}

async function reopen({ rows, dialog }: KeptView): Promise<void> {
  for (const id of rows) {
    if (!(await until(() => document.getElementById(rowId(id)) !== null))) continue;
    document.dispatchEvent(new CustomEvent(REVEAL_ROW, { detail: id }));
  }
  if (!dialog) return;
  const menu = () => document.getElementById(menuButtonId(dialog.channel));
  if (!(await until(() => menu() !== null))) return;
  menu()?.click();
  const entry = () => {
    const entries = document.querySelectorAll<HTMLElement>('.chat-connector [role="menuitem"]');
    return [...entries].find(({ textContent }) => textContent === dialog.entry);
  };
  if (await until(() => entry() !== undefined)) entry()?.click();
}

function openRows(): string[] {
  return [...document.querySelectorAll('.chat-connector .kcc-channel--open')].map(channelOf);
}

/** What was chosen in the menu of a channel, if that is what was clicked. */
function menuEntry(target: Element): KeptView['dialog'] {
  const entry = target.closest('.chat-connector [role="menuitem"]')?.textContent;
  const row = target.closest('.chat-connector .kcc-channel');
  return entry && row ? { channel: channelOf(row), entry } : undefined;
}

function channelOf(row: Element): string {
  return row.id.slice(rowId('').length);
}

/** Kommo's modal scrolls in an element of its own. */
function scroller(): Element | undefined {
  let node = document.querySelector('.chat-connector')?.parentElement;
  while (node && !/auto|scroll/.test(getComputedStyle(node).overflowY)) node = node.parentElement;
  return node ?? undefined;
}

function readKept(): KeptView | undefined {
  const kept = withStorage((storage) => JSON.parse(storage.getItem(KEY) ?? 'null')) as
    | KeptView
    | null
    | undefined;
  return Array.isArray(kept?.rows) ? kept : undefined;
}

/** Browsers may forbid storage, and other widgets share it. */
function withStorage<T>(use: (storage: Storage) => T): T | undefined {
  try {
    return use(window.sessionStorage);
  } catch {
    return undefined;
  }
}

/** Looks once for each frame that is drawn; false when it has not come true by then. */
async function until(isTrue: () => boolean, frames = FRAMES): Promise<boolean> {
  for (let frame = 0; frame < frames; frame += 1) {
    if (isTrue()) return true;
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
  return isTrue();
}
