import type { SaveSettings, Settings } from '../../../src/contract/api.ts';

/** The settings once this save is stored. */
export function applySave(
  settings: Settings,
  body: SaveSettings,
  sync: Settings['sync'],
): Settings {
  return {
    ...settings,
    version: settings.version + 1,
    status: 'active',
    default_channel_id: body.default_channel_id,
    preferences: body.preferences ?? settings.preferences,
    channels: settings.channels.map((channel) => {
      const saved = body.channels.find(({ id }) => id === channel.id);
      if (!saved) return channel;
      const options = { ...channel.options, ...saved.options };
      const { name, pipeline_ids } = saved;
      return { ...channel, name, pipeline_ids, options, is_saved: true };
    }),
    sync,
  };
}
