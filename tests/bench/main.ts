import { cpus, loadavg, totalmem } from 'node:os';
import { type Figure, report } from './figures.ts';
import { measureGrowth } from './growth.ts';
import { measureInstallCalls } from './install-calls.ts';
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
import { measureSaveToSources } from './save-to-sources.ts';
import { measureStartUp } from './start-up.ts';
import { measureSweeps } from './sweeps.ts';

const SCENARIOS: Record<string, { title: string; measure: () => Promise<Figure[]> }> = {
  'start-up': { title: 'Start-up', measure: measureStartUp },
  read: { title: 'Authenticated reads beside a bare route', measure: measureRead },
  install: { title: 'Install calls while the token endpoint hangs', measure: measureInstallCalls },
  save: { title: 'From Save to the sources', measure: measureSaveToSources },
  qr: { title: 'A storm of QR dialogs', measure: measureQrStorm },
  growth: { title: 'Growth from 1,000 to 100,000 accounts', measure: measureGrowth },
  sweeps: { title: 'Sweeps over 100,000 accounts and 1,000,000 channels', measure: measureSweeps },
  'messages-accept': { title: 'Webhooks beside a bare route', measure: measureAccepting },
  'messages-latency': { title: '20 messages a second', measure: measureLatency },
  'messages-drain': { title: 'A worker that comes late', measure: measureDrain },
  'messages-writes': { title: 'What a message writes', measure: measureWrites },
  'messages-hang': { title: 'Webhooks while calls hang', measure: measureHanging },
  'messages-load': { title: '200 messages a second of every service', measure: measureLoad },
  'messages-growth': {
    title: 'Growth from 1,000 to 100,000 conversations',
    measure: measureMessageGrowth,
  },
  'messages-files': { title: 'Files that pass at the same time', measure: measureFiles },
};

const HELP = `npm run bench [-- scenario …] - measures the backend in processes of its own, against the emulator, on PostgreSQL
(TEST_DATABASE_URL, default postgres://root@127.0.0.1:5432/postgres). Exit code 1 when a figure is over its bound.

  start-up   embedded database and PostgreSQL, first and second start and stop; the emulator
  read       channels and settings of 100,000 accounts beside a route that does one query; queries per request
  install    answers to 200 install calls while Kommo's token endpoint hangs
  save       Save to sources in Kommo: idle, and behind a backlog of 1,000 accounts, of 200 with a replica killed; requests in any second
  qr         500 open QR dialogs for two minutes: the admin's own calls, memory
  growth     the same call with 1,000 and with 100,000 accounts
  sweeps     the slowest statement of each of the worker's sweeps on full tables
  messages   all of these, or one of them:
    messages-accept   webhooks a second of Telegram and of Kommo beside a route that does one insert
    messages-latency  from a webhook to the call that passes it on, at 20 messages a second over 50 chats, both databases
    messages-drain    10,000 messages in and 5,000 out that were accepted while no worker ran: time, order, memory
    messages-writes   rows by table and bytes of PostgreSQL's log that a message costs; quiet server wanted
    messages-hang     answers to 20 webhooks a second while every call they lead to hangs; another channel meanwhile
    messages-load     200 messages a second of every service, both ways, for LOAD_MINUTES (1): answers, losses, order, memory
    messages-growth   webhooks, and messages both ways, with 1,000 and with 100,000 conversations
    messages-files    memory while ten files of 19 MB come in, and ten of 49 MB go out, at the same time
`;

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => namesOf(name).length === 0);
if (wanted.includes('--help')) process.stdout.write(HELP);
else if (unknown.length > 0) {
  process.stderr.write(`There is no scenario ${unknown.join(', ')}.\n\n${HELP}`);
  process.exitCode = 2;
} else await main(wanted.length === 0 ? Object.keys(SCENARIOS) : wanted.flatMap(namesOf));

/** The scenario of this name, or all whose names go on behind it. */
function namesOf(wanted: string): string[] {
  return Object.keys(SCENARIOS).filter((name) => name === wanted || name.startsWith(`${wanted}-`));
}

async function main(names: readonly string[]): Promise<void> {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  process.stdout.write(
    `Node ${process.version}, ${cpus().length} × ${cpu?.model.trim()}, ${memory} GB, load ${load()}\n`,
  );
  for (const name of names) {
    const scenario = SCENARIOS[name];
    if (scenario === undefined) continue;
    const isFine = report(scenario.title, await scenario.measure());
    process.stdout.write(`  load ${load()}\n`);
    if (!isFine) process.exitCode = 1;
  }
}

function load(): string {
  return loadavg()
    .map((value) => value.toFixed(1))
    .join(' ');
}
