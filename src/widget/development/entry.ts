import type { KommoCallbacks, KommoWidget } from '../kommo.ts';
import type { ClientModule } from './client.ts';

/** Where the development server is, for this page. */
declare const DEVELOPMENT_ORIGIN: string;
/** By which the rules for packages know a development build. */
declare const DEVELOPMENT_MARK: string;

/**
 * The script of a development build, uploaded in place of the real one. It holds nothing but the way to the development
 * server, so that it needs no other upload when the widget changes.
 */
export default function ChatConnector(this: KommoWidget): KommoWidget {
  this.callbacks = createCallbacks(this);
  return this;
}

function createCallbacks(self: KommoWidget): KommoCallbacks {
  let callbacks: KommoCallbacks | undefined;

  function open(body: ArrayLike<HTMLElement>): void {
    if (callbacks) callbacks.settings(body);
    else
      fetchClient().then(
        ({ attach }) => {
          callbacks ??= attach(self, DEVELOPMENT_ORIGIN);
          callbacks.settings(body);
        },
        () => offerRetry(body, () => open(body)),
      );
  }

  return {
    render: () => true,
    init: () => true,
    bind_actions: () => true,
    settings(body) {
      open(body);
      return true;
    },
    onInstall: () => callbacks?.onInstall(),
    onSave: (event) => callbacks?.onSave(event) ?? event?.active === 'N',
    destroy: () => callbacks?.destroy(),
  };
}

function fetchClient(): Promise<ClientModule> {
  // A server that was started anew may have another one.
  const id = `${DEVELOPMENT_ORIGIN}/development/client.js?at=${Date.now()}`;
  return new Promise((resolve, reject) => {
    window.require([id], (client) => resolve(client as ClientModule), reject);
  });
}

function offerRetry(body: ArrayLike<HTMLElement>, retry: () => void): void {
  const box = document.createElement('div');
  const button = document.createElement('button');
  box.className = 'chat-connector';
  box.setAttribute('role', 'alert');
  box.textContent = `This is a ${DEVELOPMENT_MARK}, and its development server ${DEVELOPMENT_ORIGIN} does not answer. Start it with npm run dev. `;
  button.type = 'button';
  button.textContent = 'Try again';
  button.onclick = () => {
    box.remove();
    retry();
  };
  box.append(button);
  const node = body[0];
  (node?.querySelector('.widget_settings_block') ?? node)?.prepend(box);
}
