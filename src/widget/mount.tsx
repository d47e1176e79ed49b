import $ from 'jquery';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { startAnalytics, track } from './analytics.ts';
import { type App, createApp } from './app.ts';
import { systemClock } from './clock.ts';
import { createHost } from './host.ts';
import type { KommoPage, MountedApp } from './kommo.ts';
import { AppScreen } from './settings/AppScreen.tsx';
import { listEdits } from './settings/draft.ts';
import { storedState } from './settings/settings-state.ts';
import { AppProvider } from './use-app.tsx';
import './ui/styles.css';

/** Kept as long as the page, so that admins find what they typed when they open the modal again. */
let app: App | undefined;

/**
 * Shows the settings screen in Kommo's settings modal, above the row with Kommo's Save button.
 * The screen is removed with the modal, with the page, or by `unmount`.
 */
export function mount(page: KommoPage, seen: Promise<void>): MountedApp {
  const host = createHost(page);
  if (!app) {
    app = createApp(host, systemClock);
    startAnalytics(page.folder);
  }
  const current = app;

  const { node } = page;
  node.lang = host.texts.language;
  arrange(page);
  const root = createRoot(node);
  // Asks for the settings, which are on their way while the screen is drawn.
  current.open(host);
  void seen.then(() => {
    if (!isMounted) return;
    const endFade = fadeOf(node);
    // At once, and not in one of the next frames.
    flushSync(() =>
      root.render(
        <AppProvider app={current}>
          <AppScreen />
        </AppProvider>,
      ),
    );
    endFade();
  });
  track('settings_opened');

  let isMounted = true;
  let lastStep = page.installStep();
  const observer = new MutationObserver(() => {
    if (!page.body.isConnected) return unmount();
    // Kommo redraws parts of its modal after Install and Save.
    arrange(page);
    const step = page.installStep();
    if (step === lastStep) return;
    lastStep = step;
    void current.settings.load();
  });
  observer.observe(document.body, { childList: true, subtree: true });
  $(document).on('page:changed.chat-connector', unmount);
  window.addEventListener('beforeunload', warn);

  function unmount(): void {
    if (!isMounted) return;
    isMounted = false;
    observer.disconnect();
    $(document).off('page:changed.chat-connector', unmount);
    window.removeEventListener('beforeunload', warn);
    current.close();
    root.unmount();
    node.remove();
  }

  /** Makes the browser ask before it discards the draft. */
  function warn(event: BeforeUnloadEvent): void {
    if (listEdits(current.settings.get().edits).length > 0) event.preventDefault();
  }

  return {
    save: current.settings.save,
    storedState: () => storedState(current.settings.get()),
    installed: () => void current.settings.load(),
    unmount,
  };
}

/** @returns to be called when React has drawn its rows in place of those in `node`: they do not fade in a second time */
function fadeOf(node: HTMLElement): () => void {
  const rows = () => node.querySelector('.kcc-skeleton');
  const shown = rows();
  const isSeen = shown !== null && Number(getComputedStyle(shown).opacity) > 0;
  return () => {
    if (!isSeen) return;
    for (const fade of rows()?.getAnimations?.() ?? []) fade.finish();
  };
}

/**
 * Puts our node into Kommo's modal, hides the row of the hidden field, and keeps the modal open after Save, because
 * saving leads to the second step.
 */
function arrange({ body, place }: KommoPage): void {
  const row = body
    .querySelector('input[name="state"]')
    ?.closest<HTMLElement>('.widget_settings_block__item_field');
  if (row) row.style.display = 'none';
  const save = body.querySelector('.js-widget-save');
  save?.setAttribute('data-onsave-destroy-modal', 'false');
  // jQuery may have read the attribute before.
  if (save) $(save).data('onsave-destroy-modal', false);
  place();
}
