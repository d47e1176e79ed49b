const ID = 'chat-connector-development-badge';

/** Says in the modal that this is no release. In a shadow of its own: neither the page's styles nor ours reach it. */
export function markAsDevelopment(body: HTMLElement, origin: string): void {
  if (body.querySelector(`#${ID}`)) return;
  const badge = document.createElement('div');
  badge.id = ID;
  const line = document.createElement('p');
  line.textContent = `Development build: its code comes from ${origin}`;
  line.style.cssText =
    'margin: 0 0 12px; padding: 6px 12px; border-radius: 4px; font: 13px/1.4 sans-serif; color: #4a3300; background: #ffe3a3;';
  badge.attachShadow({ mode: 'open' }).append(line);
  (body.querySelector('.widget_settings_block') ?? body).prepend(badge);
}
