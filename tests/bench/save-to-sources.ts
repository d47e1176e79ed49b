import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '../../src/contract/api.ts';
import { timeBareInserts } from './bare.ts';
import { type Figure, mostInOneSecond, percentile, type Yardstick } from './figures.ts';
import { installPopulation, populationSeed, requestBacklog } from './population.ts';
import { openStage, prepareDemo, type Stage, until } from './stage.ts';

const IDLE_SAVES = 20;
const BACKLOG_ACCOUNTS = 1_000;
const BACKLOG_SECONDS = 60;
const BACKLOG_SAVES = 8;
const SURVIVOR_ACCOUNTS = 200;
const SURVIVOR_SAVES = 6;
/** The backlog is under way on both replicas by then, and far from done. */
const KILL_AFTER_MS = 10_000;

/** What Kommo allows in any second. @see https://developers.kommo.com/docs/limitations */
const KOMMO_ALLOWS = 7;

interface Saves {
  /** Milliseconds until the answer to the browser. */
  answers: number[];
  /** Milliseconds until Kommo has the source under its new name. */
  sources: number[];
}

/** From Save to the sources in Kommo, when nothing else is to be done and when 1,000 accounts wait. */
export async function measureSaveToSources(): Promise<Figure[]> {
  const idle = await measureIdle();
  const yardstick = { name: 'idle', value: idle.toSource };
  return [
    ...idle.figures,
    ...(await measureBacklog(yardstick)),
    ...(await measureSurvivor(yardstick)),
  ];
}

/** What an administrator waits for behind a backlog that two replicas shared, until one was killed. */
async function measureSurvivor(yardstick: Yardstick): Promise<Figure[]> {
  const stage = await openStage({ processes: 2, seed: populationSeed(SURVIVOR_ACCOUNTS) });
  try {
    const channelId = await prepareDemo(stage);
    await installPopulation(stage.emulator, stage.db, SURVIVOR_ACCOUNTS);
    await requestBacklog(stage.db, SURVIVOR_ACCOUNTS);
    await sleep(KILL_AFTER_MS);
    stage.backends[1]?.kill('SIGKILL');
    const took: number[] = [];
    for (let count = 0; count < SURVIVOR_SAVES; count += 1) {
      took.push(await untilFirstCall(stage, channelId, `Survived ${count}`));
      await sleep(1_000);
    }
    return [
      {
        name: `${SURVIVOR_ACCOUNTS} accounts waiting, one of two replicas killed: open, save, first call, longest`,
        value: Math.max(...took),
        unit: 'ms',
        bound: 3_000,
        yardstick: { ...yardstick, name: 'Save to source, idle, p95' },
      },
    ];
  } finally {
    await stage.close();
  }
}

/** Opens the settings, saves, and waits for the save's first call to Kommo. @returns milliseconds of all three */
async function untilFirstCall(stage: Stage, channelId: string, name: string): Promise<number> {
  const began = performance.now();
  const { body: settings } = await stage.call({ path: '/messenger/settings' });
  const calls = () =>
    stage.emulator.requests({ host: 'demo.kommo.com', path: '/api/v4/sources' }).length;
  const before = calls();
  await save(stage, channelId, settings, name);
  await until(() => calls() > before);
  return performance.now() - began;
}

async function measureIdle(): Promise<{ figures: Figure[]; toSource: number }> {
  const stage = await openStage();
  try {
    const channelId = await prepareDemo(stage);
    const saves = await saveRepeatedly(stage, channelId, IDLE_SAVES, 400);
    const bare = await timeBareInserts(stage, { count: IDLE_SAVES });
    const yardstick = { name: 'bare insert, p95', value: percentile(bare, 0.95) };
    const toSource = percentile(saves.sources, 0.95);
    const how = `${IDLE_SAVES} saves, nothing else to do`;
    const figures = [
      {
        name: 'idle: answer to Save, p95',
        value: percentile(saves.answers, 0.95),
        unit: 'ms',
        how,
        bound: 600,
        yardstick,
      },
      {
        name: 'idle: Save to source in Kommo, p95',
        value: toSource,
        unit: 'ms',
        how,
        bound: 3_000,
        yardstick,
      },
    ];
    return { figures, toSource };
  } finally {
    await stage.close();
  }
}

async function measureBacklog(yardstick: Yardstick): Promise<Figure[]> {
  const stage = await openStage({ processes: 2, seed: populationSeed(BACKLOG_ACCOUNTS) });
  try {
    const channelId = await prepareDemo(stage);
    await installPopulation(stage.emulator, stage.db, BACKLOG_ACCOUNTS);
    await requestBacklog(stage.db, BACKLOG_ACCOUNTS);
    const began = Date.now();
    const saves = await saveRepeatedly(stage, channelId, BACKLOG_SAVES, BACKLOG_SECONDS * 100);
    await sleep(Math.max(0, BACKLOG_SECONDS * 1000 - (Date.now() - began)));
    const counted = stage.emulator
      .requests()
      .filter(({ at, path }) => at >= began && /^\/(api\/v4|oauth2\/access_token)/.test(path))
      .map(({ at }) => at);
    const seconds = (Math.max(...counted) - began) / 1000;
    const name = `${BACKLOG_ACCOUNTS.toLocaleString('en')} accounts waiting`;
    return [
      {
        name: `${name}: Save to source in Kommo, p95`,
        value: percentile(saves.sources, 0.95),
        unit: 'ms',
        bound: 5_000,
        yardstick: { ...yardstick, name: 'the same, idle' },
      },
      {
        name: `${name}: most requests in any second`,
        value: mostInOneSecond(counted),
        unit: '',
        bound: KOMMO_ALLOWS,
        yardstick: { name: 'what Kommo allows', value: KOMMO_ALLOWS },
      },
      {
        name: `${name}: requests per second on average`,
        value: counted.length / seconds,
        unit: '',
        // Fewer would be no backlog.
        least: 3,
        yardstick: { name: 'what Kommo allows', value: KOMMO_ALLOWS },
      },
    ];
  } finally {
    await stage.close();
  }
}

async function saveRepeatedly(
  stage: Stage,
  channelId: string,
  times: number,
  pauseMs: number,
): Promise<Saves> {
  const saves: Saves = { answers: [], sources: [] };
  for (let count = 0; count < times; count += 1) {
    const { body: settings } = await stage.call({ path: '/messenger/settings' });
    const name = `Saved ${count}`;
    const began = performance.now();
    const { ms } = await save(stage, channelId, settings, name);
    saves.answers.push(ms);
    await until(() => stage.emulator.state.sources.some((source) => source.name === name));
    saves.sources.push(performance.now() - began);
    await sleep(pauseMs);
  }
  return saves;
}

function save(
  stage: Stage,
  channelId: string,
  settings: Pick<Settings, 'version' | 'preferences'>,
  name: string,
) {
  const { version, preferences } = settings;
  return stage.call({
    method: 'PUT',
    path: '/messenger/settings',
    body: {
      version,
      default_channel_id: channelId,
      channels: [{ id: channelId, name, pipeline_ids: [7001] }],
      preferences,
    },
  });
}
