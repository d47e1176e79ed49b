import type {
  AppModule,
  InstallStep,
  KommoCallbacks,
  KommoPage,
  KommoWidget,
  MountedApp,
  SaveEvent,
} from './kommo.ts';

/**
 * Turns Kommo's callbacks into calls to our settings screen. The only file that knows the widget object.
 * The screen itself is another module, fetched when the settings modal opens.
 */
export function createCallbacks(self: KommoWidget): KommoCallbacks {
  let app: MountedApp | undefined;
  let page: KommoPage | undefined;
  let opening: Promise<MountedApp | undefined> = Promise.resolve(undefined);

  function close(): void {
    page = undefined;
    app?.unmount();
    app = undefined;
  }

  /** Kommo may call this twice for one modal, so the newer call closes what the older one opened. */
  function open(next: KommoPage): Promise<MountedApp | undefined> {
    close();
    page = next;
    return fetchApp(next.folder).then(
      (module) => {
        if (page === next) app = module.mount(next);
        return app;
      },
      () => {
        if (page === next) offerRetry(next, () => (opening = open(next)));
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
  return {
    body,
    code: params.widget_code ?? '',
    folder: (params.cdn_path ?? params.path ?? '').replace(/\/+$/, ''),
    langs: self.langs ?? {},
    ajax: (options) => self.$authorizedAjax(options),
    installStep: () => self.get_install_status() as InstallStep,
  };
}

function fetchApp(folder: string): Promise<AppModule> {
  attachStyles(`${folder}/style.css?v=${WIDGET_VERSION}`);
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

function attachStyles(href: string): void {
  for (const link of document.querySelectorAll('link')) {
    if (link.getAttribute('href') === href) return;
  }
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = href;
  document.head.append(link);
}

/** The screen could not be fetched: says so in the texts Kommo has already loaded. */
function offerRetry(page: KommoPage, retry: () => void): void {
  const texts = (page.langs as { app?: { unreachable?: string; retry?: string } }).app;
  const box = document.createElement('div');
  const button = document.createElement('button');
  box.className = 'chat-connector';
  box.setAttribute('role', 'alert');
  box.textContent = `${texts?.unreachable ?? ''} `;
  button.type = 'button';
  button.textContent = texts?.retry ?? '';
  button.onclick = () => {
    box.remove();
    retry();
  };
  box.append(button);
  const save = page.body.querySelector('.widget_settings_block__controls');
  if (save) save.before(box);
  else page.body.append(box);
}
