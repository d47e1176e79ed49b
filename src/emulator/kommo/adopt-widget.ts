import { loadWidget } from '../upload/widget-folder.ts';
import type { Integration } from './entities.ts';
import type { World } from './world.ts';

/**
 * Makes the opened widget the uploaded archive of the first integration, so that the servers know its
 * locations and fields. A widget that cannot be read counts as not uploaded.
 */
export async function adoptWidget(world: World): Promise<void> {
  if (world.widgetPath === undefined || world.state.integrations.length === 0) return;
  const { manifest, i18n } = await loadWidget(world.widgetPath);
  const widget = (manifest?.widget ?? {}) as Record<string, unknown>;
  const name = text(i18n.en ?? Object.values(i18n)[0], widget.name);
  // Widgets from before OAuth carry their code; newer ones are given one.
  const hasCode = typeof widget.code === 'string' && widget.code !== '';
  world.configure({
    ...describe(manifest ?? {}),
    ...(name !== undefined && { name }),
    ...(hasCode && { widget_code: String(widget.code) }),
  });
}

function describe(
  manifest: Record<string, unknown>,
): Pick<Integration, 'locations' | 'settings_template' | 'widget_version'> {
  const { locations, settings, widget } = manifest as {
    locations?: unknown;
    settings?: Record<string, { name?: unknown; type?: unknown; required?: unknown } | null>;
    widget?: { version?: unknown };
  };
  return {
    locations: Array.isArray(locations) ? locations.map(String) : [],
    settings_template: Object.entries(settings ?? {}).map(([key, field]) => ({
      key,
      name: String(field?.name ?? key),
      type: String(field?.type ?? 'text'),
      is_required: field?.required === true,
    })),
    widget_version: String(widget?.version ?? '1.0.0'),
  };
}

function text(texts: unknown, key: unknown): string | undefined {
  if (typeof key !== 'string') return undefined;
  const found = key
    .split('.')
    .reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], texts);
  return typeof found === 'string' ? found : undefined;
}
