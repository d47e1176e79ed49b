import type { Channel, Settings, Template } from '../../contract/api.ts';

/** The settings with a channel that was just connected, or connected again. */
export function withChannel(saved: Settings, channel: Channel): Settings {
  const isKnown = saved.channels.some(({ id }) => id === channel.id);
  return withChannels(
    saved,
    isKnown
      ? saved.channels.map((known) => (known.id === channel.id ? channel : known))
      : [...saved.channels, channel],
  );
}

export function withoutChannel(saved: Settings, channelId: string): Settings {
  const channels = saved.channels.filter((channel) => channel.id !== channelId);
  const isDefault = saved.default_channel_id === channelId;
  return {
    ...withChannels(saved, channels),
    default_channel_id: isDefault ? null : saved.default_channel_id,
  };
}

export function withTemplate(saved: Settings, template: Template): Settings {
  return { ...saved, templates: [...saved.templates, template] };
}

function withChannels(saved: Settings, channels: Channel[]): Settings {
  const limit = { ...saved.limits.channels, used: channels.length };
  return { ...saved, channels, limits: { ...saved.limits, channels: limit } };
}
