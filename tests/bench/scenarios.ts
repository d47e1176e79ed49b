import type { Row } from './figures.ts';
import { measureGrowth } from './growth.ts';
import { measureInstallCalls } from './install-calls.ts';
import { measureMemory } from './memory.ts';
import { measureAccepting } from './messages-accept.ts';
import { measureDrain } from './messages-drain.ts';
import { measureFiles } from './messages-files.ts';
import { measureMessageGrowth } from './messages-growth.ts';
import { measureHanging } from './messages-hang.ts';
import { measureLatency } from './messages-latency.ts';
import { measureLoad } from './messages-load.ts';
import { measureWrites } from './messages-writes.ts';
import { measureQrStorm } from './qr-storm.ts';
import { measureRead } from './read.ts';
import { measureRefreshHerd } from './refresh-herd.ts';
import { measureSaveToSources } from './save-to-sources.ts';
import { measureScreens } from './screens.ts';
import { measureStartUp } from './start-up.ts';
import { measureSweeps } from './sweeps.ts';
import { measureWatchStreams } from './watch-streams.ts';
import { measureWidget } from './widget.ts';

/** What can be measured by its name. */
export interface Scenario {
  /** Stands in the table beside each row that has no other words of its own. */
  how: string;
  /** For `--help`. */
  about: string;
  measure: () => Promise<Row[]>;
}

/** In the order of the table; names that begin alike can be asked for together. */
export const SCENARIOS: Record<string, Scenario> = {
  'start-up': {
    how: 'from the start of the process to its "ready", median of 5',
    about: 'embedded database and PostgreSQL, first and later starts and stops; the emulator',
    measure: measureStartUp,
  },
  memory: {
    how: 'resident memory of one process',
    about: 'a process that was just started and left alone for a minute, and one under load',
    measure: measureMemory,
  },
  read: {
    how: '100,000 accounts of 10 channels, 16 connections, median of 5 rounds of 3 s in turn',
    about: 'channels and settings beside a route that does one query; queries per request',
    measure: measureRead,
  },
  growth: {
    how: '300 calls one after the other, p99, median of 5 rounds',
    about: 'the same call with 1,000 and with 100,000 accounts',
    measure: measureGrowth,
  },
  save: {
    how: 'one administrator saves again and again',
    about:
      'Save to sources in Kommo: idle, and behind a backlog of 1,000 accounts, of 200 with a replica killed; requests in any second',
    measure: measureSaveToSources,
  },
  install: {
    how: '200 install calls, 4 at a time, while the token endpoint hangs',
    about: "answers to install calls while Kommo's token endpoint hangs",
    measure: measureInstallCalls,
  },
  refresh: {
    how: '10,000 accounts whose access tokens have run out, two processes',
    about: '10,000 accounts that all need new tokens: speed, calls too many, what others notice',
    measure: measureRefreshHerd,
  },
  qr: {
    how: '500 dialogs ask for two minutes as the widget does',
    about: "500 open QR dialogs: the admin's own calls, memory",
    measure: measureQrStorm,
  },
  watch: {
    how: 'settings open in 200 accounts of 10 channels',
    about: 'processor time, statements, memory, and how soon a change shows',
    measure: measureWatchStreams,
  },
  sweeps: {
    how: 'the slowest statement, 100,000 accounts and 1,000,000 channels',
    about: "the slowest statement of each of the worker's sweeps on full tables",
    measure: measureSweeps,
  },
  widget: {
    how: 'files of the built widget',
    about: 'bytes that are fetched, and how long a browser engine takes to read the scripts',
    measure: measureWidget,
  },
  screens: {
    how: "from Kommo's call of settings, processor 4 times slower, median of the runs",
    about:
      'to seen and usable, with 0 and 50 channels, first and second visit, in a browser; SCREENS_RUNS (7) how often',
    measure: measureScreens,
  },
  'messages-accept': {
    how: '16 connections, 1,000 chats, median of 5 rounds of 3 s in turn',
    about: 'webhooks a second of Telegram and of Kommo beside a route that does one insert',
    measure: measureAccepting,
  },
  'messages-latency': {
    how: '20 a second over 50 chats for 30 s, from the webhook to the call that passes it on',
    about: 'how long a message takes, both databases',
    measure: measureLatency,
  },
  'messages-drain': {
    how: 'accepted while no worker ran, then one begins',
    about: '10,000 messages in and 5,000 out that wait for a worker: time, order, memory',
    measure: measureDrain,
  },
  'messages-writes': {
    how: "300 messages, PostgreSQL's own counters less those of an idle backend",
    about: "rows by table and bytes of PostgreSQL's log that a message costs; quiet server wanted",
    measure: measureWrites,
  },
  'messages-hang': {
    how: '20 webhooks a second for 20 s, every call they lead to hangs',
    about: 'answers to webhooks while calls hang; another channel meanwhile',
    measure: measureHanging,
  },
  'messages-load': {
    how: '200 a second of four services and Kommo, one process',
    about:
      '200 messages a second of every service, both ways, for LOAD_MINUTES (1): answers, losses, order, memory',
    measure: measureLoad,
  },
  'messages-growth': {
    how: '400 messages one after the other, p99, median of 5 rounds',
    about: 'webhooks, and messages both ways, with 1,000 and with 100,000 conversations',
    measure: measureMessageGrowth,
  },
  'messages-files': {
    how: 'ten files at the same time, most memory that was seen',
    about: 'memory while ten files of 19 MB come in, and ten of 49 MB go out',
    measure: measureFiles,
  },
};

/** The scenario of this name, or all whose names go on behind it. */
export function scenariosCalled(wanted: string): string[] {
  return Object.keys(SCENARIOS).filter((name) => name === wanted || name.startsWith(`${wanted}-`));
}
