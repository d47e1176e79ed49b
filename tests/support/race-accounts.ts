import type { Settings } from '../../src/contract/api.ts';
import type { Seed } from '../../src/emulator/kommo/seed.ts';
import type { Client } from './api.ts';
import { readSettings, sourcesOf } from './channels.ts';

/** A killed process's work is taken over within this. */
const PATIENCE_MS = 60_000;

/** An account of the emulated Kommo that a test has for itself. */
export interface RaceAccount {
  id: number;
  subdomain: string;
  admin: number;
  /** Three that are open. */
  pipelines: readonly [number, number, number];
}

export function raceAccount(number: number): RaceAccount {
  const id = 41_000_000 + number;
  const base = 100_000 + number * 10;
  const pipelines = [base + 1, base + 2, base + 3] as const;
  return { id, subdomain: `race${number}`, admin: base, pipelines };
}

/** A Kommo with this many accounts, `raceAccount(0)` and on. */
export function raceSeed(count: number): Seed {
  return {
    accounts: Array.from({ length: count }, (_, number) => {
      const { id, subdomain, admin, pipelines } = raceAccount(number);
      return {
        id,
        subdomain,
        users: [{ id: admin, name: 'Ana Admin', is_admin: true }],
        pipelines: pipelines.map((pipeline, index) => ({
          id: pipeline,
          name: `Pipeline ${index + 1}`,
          is_main: index === 0,
        })),
      };
    }),
  };
}

export function raceToken(client: Client, { subdomain, admin }: RaceAccount): string {
  return client.emulator.disposableToken(subdomain, admin);
}

/** Presses Install and waits until the grant works. */
export async function installRaceAccount(client: Client, account: RaceAccount): Promise<void> {
  const status = await client.emulator.install(account.subdomain);
  if (status !== 200) throw new Error(`The install call was answered ${status}.`);
  await client.waitFor(async () => {
    const token = raceToken(client, account);
    const { status, body } = await client.api('GET', '/messenger/settings', { token });
    // Kommo may be asked too much at that moment, of which there is an answer of its own.
    return status === 200 && body.install.state === 'active';
  }, PATIENCE_MS);
}

/** The chat channel's connections to the account, as Kommo has them. */
export function scopesOf({ emulator }: Client, { subdomain }: RaceAccount) {
  const { amojo_id } = emulator.world.account(subdomain);
  return emulator.state.scopes.filter(
    (scope) => scope.account_amojo_id === amojo_id && scope.is_connected,
  );
}

/**
 * Waits until Kommo's sources of the account are those of its settings: each chosen pipeline of each saved
 * channel once, under the channel's name, one of them the default, nothing else. @returns the settings
 */
export async function sourcesFollow(client: Client, account: RaceAccount): Promise<Settings> {
  const { waitFor } = client;
  const read = () => readSettings(client, raceToken(client, account));
  const wanted = plainText(wantedSources(await read()));
  // Seen in Kommo first: asking for the settings costs requests to Kommo, which the sync needs itself.
  await waitFor(() => plainText(sourcesOf(client, account.id)) === wanted, PATIENCE_MS);
  const settings = await waitFor(async () => {
    const present = await read();
    return present.sync.state === 'done' ? present : undefined;
  }, PATIENCE_MS);
  const found = sourcesOf(client, account.id);
  if (plainText(found) !== plainText(wantedSources(settings))) {
    throw new Error(`The sync made a difference: ${JSON.stringify([settings.channels, found])}`);
  }
  return settings;
}

interface PlainSource {
  name: string;
  pipeline_id: number;
  default: boolean;
}

function wantedSources(settings: Settings): PlainSource[] {
  return settings.channels.flatMap(({ id, name, pipeline_ids }) =>
    pipeline_ids.map((pipelineId, index) => ({
      name,
      pipeline_id: pipelineId,
      default: id === settings.default_channel_id && index === 0,
    })),
  );
}

function plainText(sources: readonly PlainSource[]): string {
  return sources
    .map((one) => `${one.name} ${one.pipeline_id} ${one.default}`)
    .sort()
    .join('\n');
}
