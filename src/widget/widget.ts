import { createScreenNode, drawStyled, placeInModal } from './first-frame.ts';
import type {
  AppModule,
  InstallStep,
  KommoCallbacks,
  KommoPage,
  KommoWidget,
  MountedApp,
  SaveEvent,
} from './kommo.ts';

/** Settings > Integrations, with or without a widget's own address. */
const INTEGRATIONS_PAGE = /^\/settings\/widgets(\/|$)/;

/**
 * Turns Kommo's callbacks into calls to our settings screen. The only file that knows the widget object.
 * The screen itself is another module, fetched when the settings modal opens, or before where it probably will.
 */
export function createCallbacks(self: KommoWidget): KommoCallbacks {
  let app: MountedApp | undefined;
  let page: KommoPage | undefined;
  let opening: Promise<MountedApp | undefined> = Promise.resolve(undefined);
  let screen: Promise<AppModule> | undefined;

  /** Once for the page; again only after a failure. */
  function fetchScreen(): Promise<AppModule> {
    screen ??= fetchApp(folderOf(self)).catch((error: unknown) => {
      screen = undefined;
      throw error;
    });
    return screen;
  }

  // On the page of integrations the next step is often to open the settings: they shall not wait for the network then.
  if (INTEGRATIONS_PAGE.test(location.pathname)) {
    window.requestIdleCallback?.(() => fetchScreen().catch(() => undefined));
  }

  function close(): void {
    page?.node.remove();
    page = undefined;
    app?.unmount();
    app = undefined;
  }

  /** Kommo may call this twice for one modal, so the newer call closes what the older one opened. */
  function open(next: KommoPage): Promise<MountedApp | undefined> {
    close();
    page = next;
    const seen = drawStyled(attachStyles(next.folder), () => {
      if (page === next) next.place();
    });
    // What was begun before the admin asked for it may have failed since.
    return (screen?.catch(fetchScreen) ?? fetchScreen()).then(
      (module) => {
        if (page === next) app = module.mount(next, seen);
        return app;
      },
      () => {
        if (page === next) offerRetry(next, () => (opening = open(pageOf(self, next.body))));
        return undefined;
      },
    );
  }

  return {
    render: () => true,
    init: () => true,
    bind_actions: () => true,
    settings(body) {
      const node = body[0];
      if (node) opening = open(pageOf(self, node));
      return true;
    },
    onInstall() {
      app?.installed();
    },
    onSave(event) {
      // Kommo also calls this when the integration is being disabled. There is nothing for us to save then.
      if (event?.active === 'N') return true;
      return opening.then((opened) => confirm(opened, event)).catch(() => false);
    },
    destroy: close,
  };
}

async function confirm(app: MountedApp | undefined, event?: SaveEvent): Promise<boolean> {
  if (!app || !(await app.save())) return false;
  if (event?.fields) event.fields.state = app.storedState();
  return true;
}

function pageOf(self: KommoWidget, body: HTMLElement): KommoPage {
  const params = self.get_settings();
  const langs = self.langs ?? {};
  const node = createScreenNode(langs);
  return {
    body,
    node,
    place: () => placeInModal(node, body),
    langs,
    code: params.widget_code ?? '',
    folder: folderOf(self),
    ajax: (options) => self.$authorizedAjax(options),
    installStep: () => self.get_install_status() as InstallStep,
  };
}

function folderOf(self: KommoWidget): string {
  const { cdn_path: cdn, path } = self.get_settings();
  return (cdn ?? path ?? '').replace(/\/+$/, '');
}

function fetchApp(folder: string): Promise<AppModule> {
  attachStyles(folder);
  const ids = ['vendor', 'app'].map((name) => `${folder}/${name}.js?v=${WIDGET_VERSION}`);
  return new Promise((resolve, reject) => {
    window.require(
      ids,
      (_vendor, app) => resolve(app as AppModule),
      (error) => {
        // The loader remembers a failed module; after `undef`, the next try fetches it again.
        for (const id of ids) window.require.undef?.(id);
        reject(error);
      },
    );
  });
}

function attachStyles(folder: string): HTMLLinkElement {
  const href = `${folder}/style.css?v=${WIDGET_VERSION}`;
  for (const link of document.querySelectorAll('link')) {
    if (link.getAttribute('href') === href) return link;
  }
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = href;
  // So that the next time the settings open it is fetched again.
  link.onerror = () => link.remove();
  document.head.append(link);
  return link;
}

/** The screen could not be fetched: says so in the texts Kommo has already loaded. */
function offerRetry({ node, langs, place }: KommoPage, retry: () => void): void {
  const texts = (langs as { app?: { unreachable?: string; retry?: string } }).app;
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = texts?.retry ?? '';
  button.onclick = retry;
  node.setAttribute('role', 'alert');
  node.replaceChildren(`${texts?.unreachable ?? ''} `, button);
  place();
}
