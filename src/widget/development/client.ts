import type { SourceFault } from '../../contract/development.ts';
import type { KommoCallbacks, KommoWidget } from '../kommo.ts';
import { markAsDevelopment } from './badge.ts';
import { followServer } from './follow-server.ts';
import { createViewKeeper } from './kept-view.ts';
import { createOverlay } from './overlay.ts';

/** The module `client.js`, which the uploaded script of a development build fetches. */
export interface ClientModule {
  attach(self: KommoWidget, origin: string): KommoCallbacks;
}

type Constructor = (this: KommoWidget) => KommoWidget;

const overlay = createOverlay();
const views = createViewKeeper();
let detachLast: () => void = () => undefined;

/**
 * Runs the widget that the development server has, and puts the newer one in its place whenever there is one: the modal
 * stays open. What is wrong with the sources is shown over the page.
 */
export function attach(self: KommoWidget, origin: string): KommoCallbacks {
  // Kommo makes the widget anew for each area of its page.
  detachLast();
  let body: ArrayLike<HTMLElement> | undefined;
  let shown: KommoCallbacks | undefined;
  let wanted = '';

  function open(): void {
    const node = body?.[0];
    if (!body || !node?.isConnected) return;
    markAsDevelopment(node, origin);
    shown?.settings(body);
  }

  async function show(revision: string, faults: SourceFault[]): Promise<void> {
    wanted = revision;
    try {
      const next = await loadWidget(self, `${origin}/widget/${revision}`);
      if (wanted !== revision) return;
      const outdated = linksTo(origin);
      views.keep();
      shown?.destroy();
      shown = next;
      open();
      removeOnceReplaced(outdated, linksTo(origin));
    } catch (error) {
      if (wanted !== revision) return;
      const message = error instanceof Error ? error.message : String(error);
      overlay.show([...faults, { kind: 'build', file: 'src/widget', message }]);
    }
  }

  detachLast = followServer(origin, {
    state({ revision, faults }) {
      overlay.show(faults);
      if (revision !== wanted) void show(revision, faults);
    },
    lost: () => overlay.tellLost(origin),
  });

  return {
    render: () => true,
    init: () => true,
    bind_actions: () => true,
    settings(next) {
      body = next;
      open();
      return true;
    },
    onInstall: () => shown?.onInstall(),
    onSave: (event) => shown?.onSave(event) ?? event?.active === 'N',
    destroy() {
      body = undefined;
      shown?.destroy();
    },
  };
}

/** A build of the widget as Kommo would run it, but from the server's folder and with the server's texts. */
async function loadWidget(self: KommoWidget, folder: string): Promise<KommoCallbacks> {
  const [construct, langs] = await Promise.all([loadScript(folder), loadTexts(folder)]);
  const widget: KommoWidget = {
    langs: langs ?? self.langs ?? {},
    get_settings: () => ({ ...self.get_settings(), path: folder, cdn_path: folder }),
    get_install_status: () => self.get_install_status(),
    $authorizedAjax: (options) => self.$authorizedAjax(options),
  };
  const { callbacks } = construct.call(widget);
  if (!callbacks) throw new Error('script.js has set no callbacks');
  return callbacks;
}

function loadScript(folder: string): Promise<Constructor> {
  return new Promise((resolve, reject) => {
    window.require([`${folder}/script.js`], (script) => resolve(script as Constructor), reject);
  });
}

/** Undefined where there are none in the user's language: those of the upload are as good. */
async function loadTexts(folder: string): Promise<object | undefined> {
  const language = (window.APP ?? window.AMOCRM)?.lang_id ?? 'en';
  try {
    const answer = await fetch(`${folder}/i18n/${language}.json`);
    return answer.ok ? ((await answer.json()) as object) : undefined;
  } catch {
    return undefined;
  }
}

function linksTo(origin: string): HTMLLinkElement[] {
  const links = [...document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')];
  return links.filter(({ href }) => href.startsWith(`${origin}/widget/`));
}

/** The older style sheets stay until the new one is there, so that nothing flashes. */
function removeOnceReplaced(outdated: HTMLLinkElement[], now: HTMLLinkElement[]): void {
  const remove = () => {
    for (const link of outdated) link.remove();
  };
  const fresh = now.find((link) => !outdated.includes(link));
  if (!fresh) return;
  fresh.addEventListener('load', remove);
  fresh.addEventListener('error', remove);
}
