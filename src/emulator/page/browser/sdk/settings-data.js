// @ts-check
/** The data behind `self.params` and `self.get_settings()`. */
import { switchValue } from '../core/page.js';

/**
 * One object that the widget reads and the host changes in place: a widget that kept it sees a new status.
 * @param {import('../types.d.ts').WidgetBoot} widget
 * @returns {Record<string, unknown>}
 */
export function widgetParams(widget) {
  const folder = widgetFolder(widget);
  return {
    ...widget.install.fields,
    id: widget.install.id,
    widget_code: widget.code,
    code: widget.code,
    path: folder,
    cdn_path: switchValue('cdnPath') === 'another origin' ? `${anotherOrigin()}${folder}` : folder,
    images_path: `${folder.replace(/\/$/, '')}/images`,
    version: widget.manifest?.widget?.version ?? '1.0.0',
    interface_version: widget.manifest?.widget?.interface_version ?? 2,
    active: widget.install.active,
    widget_active: widget.install.active,
    status: widget.install.status,
    oauth_client_uuid: widget.integration.uuid,
    category_code: widget.integration.isOwn ? 'own_integrations' : '',
    support: supportOf(widget),
    ...(widget.install.sdkCatalogId !== null && { sdk_catalog_id: widget.install.sdkCatalogId }),
  };
}

/** @param {import('../types.d.ts').WidgetBoot} widget */
export function widgetFolder(widget) {
  return switchValue('widgetPath') === 'trailing slash' ? `${widget.folder}/` : widget.folder;
}

/** @param {import('../types.d.ts').WidgetBoot} widget */
function supportOf(widget) {
  const support = widget.manifest?.widget?.support;
  if (!support) return [];
  return {
    email: support.email ?? '',
    link: support.link ?? '',
    name: widget.integration.name,
    privacy_policy: '',
  };
}

/** Another name for the same server, so that the files come from another origin than the page. */
function anotherOrigin() {
  const { protocol, hostname, port } = window.location;
  const name = hostname.replace(/^[^.]+/, 'cdn');
  return `${protocol}//${name}${port ? `:${port}` : ''}`;
}
