import type { Channel, Settings } from '../../contract/api.ts';
import { createTabStorage } from '../tab-storage.ts';
import { applyEdits, type Edits, listEdits, NO_EDITS, normalise } from './draft.ts';

/** The draft as the browser tab keeps it across a reload, with what was saved when it was made. */
export interface KeptDraft {
  edits: Edits;
  /** The settings as they were, as far as the draft changes them: newer ones may conflict with it. */
  base: Settings;
}

/** Keeps the draft of the signed-in user in this tab. */
export interface DraftKeeper {
  read(): KeptDraft | undefined;
  /** Forgets it when there is nothing to keep. */
  keep(edits: Edits): void;
}

/** What is stored: the changes, and the values that they replace. */
interface Stored {
  version: number;
  edits: Edits;
  old: Edits;
}

/** @param saved returns the settings once they are loaded: they say who is signed in */
export function createDraftKeeper(saved: () => Settings | undefined): DraftKeeper {
  const storage = createTabStorage('draft', saved);
  return {
    read() {
      const now = saved();
      const stored = storage.read();
      if (!now || !isStored(stored)) return undefined;
      const edits = normalise(now, stored.edits);
      if (listEdits(edits).length === 0) return undefined;
      return { edits, base: withOld(now, stored) };
    },
    keep(edits) {
      const now = saved();
      if (!now) return;
      if (listEdits(edits).length === 0) return storage.forget();
      storage.write({ version: now.version, edits, old: oldValues(now, edits) } satisfies Stored);
    },
  };
}

function oldValues(saved: Settings, edits: Edits): Edits {
  const of = <T>(changed: Record<string, unknown>, value: (channel: Channel) => T) =>
    Object.fromEntries(
      saved.channels
        .filter(({ id }) => id in changed)
        .map((channel) => [channel.id, value(channel)]),
    );
  return {
    names: of(edits.names, ({ name }) => name),
    pipelines: of(edits.pipelines, ({ pipeline_ids: ids }) => ids),
    options: of(edits.options, ({ options }) => options),
    preferences: saved.preferences,
    defaultChannelId: saved.default_channel_id ?? undefined,
  };
}

/** The settings of now, with the values that the draft was made against. */
function withOld(now: Settings, { version, old }: Stored): Settings {
  const before = applyEdits(now, old);
  return {
    ...now,
    version,
    channels: before.channels.map(({ channel, name, pipelineIds, options }) => ({
      ...channel,
      name,
      pipeline_ids: pipelineIds,
      options,
    })),
    default_channel_id: before.defaultChannelId,
    preferences: before.preferences,
  };
}

/** Other widgets share the page, and an older version of this one may have written it. */
function isStored(value: unknown): value is Stored {
  const stored = value as Partial<Stored> | null | undefined;
  return (
    typeof stored?.version === 'number' &&
    [stored.edits, stored.old].every((edits) => {
      const keys = Object.keys(NO_EDITS) as (keyof Edits)[];
      return keys.every((key) => typeof edits?.[key] === 'object' && edits[key] !== null);
    })
  );
}
