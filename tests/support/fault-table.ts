/** A line of the log, by what an operator would search for. */
export interface ExpectedLine {
  /** `stderr`: plain text of a process that does not start. */
  level: 'info' | 'warn' | 'error' | 'stderr';
  msg: string;
  /** Further members of the line, as far as they matter. */
  with?: Record<string, unknown>;
}

/** A figure of `/metrics`, without `chat_connector_`. */
export interface ExpectedFigure {
  name: string;
  labels?: Record<string, string>;
  is: number | 'grows' | 'left out' | { over: number };
}

/** What a health address answers. */
export type ExpectedHealth = 200 | 503 | 'no answer';

/** One fault that an operator meets, and where it shows. */
export interface Fault {
  title: string;
  /** None: no process is there that could say it. */
  log: readonly ExpectedLine[];
  figures: readonly ExpectedFigure[];
  live: ExpectedHealth;
  ready: ExpectedHealth;
  /** Of `npm run admin --`. In what it says, `…` stands for anything. */
  command: { words: string; exitCode: number; says: string };
  /** Those that fire when it lasts, and no others. */
  alerts: readonly string[];
  /** What to do, for the page. */
  remedy: string;
}

export type FaultName =
  | 'databaseGone'
  | 'diskFull'
  | 'kommoBlocks'
  | 'rightsGone'
  | 'kommoSlowsDown'
  | 'kommoUnreachable'
  | 'clientSecretWrong'
  | 'channelSecretWrong'
  | 'keysWrong'
  | 'rowUnreadable'
  | 'clockBehind'
  | 'clockAhead'
  | 'telegramGone'
  | 'wahaGone'
  | 'noWorker';

const HEALTHY = { live: 200, ready: 200 } as const;
const TO_KOMMO = 'Oldest message that waits, to Kommo … s';

/** Faults in the order of the page. `tests/process/faults.test.ts` brings each of them about and looks. */
export const FAULTS: Readonly<Record<FaultName, Fault>> = {
  databaseGone: {
    title: 'The database is gone',
    log: [
      {
        level: 'error',
        msg: 'request failed',
        with: { code: 'storage_unavailable', err: { code: 'ECONNREFUSED' } },
      },
    ],
    figures: [
      { name: 'database_up', is: 0 },
      { name: 'oldest_waiting_message_seconds', is: 'left out' },
      { name: 'hooks_total', labels: { kind: 'chat', status: '5xx' }, is: 'grows' },
    ],
    live: 200,
    ready: 503,
    command: {
      words: 'accounts',
      exitCode: 1,
      says: 'The database cannot be used: connect ECONNREFUSED',
    },
    alerts: ['DatabaseDown', 'HooksFail', 'AnswersFail'],
    remedy:
      'Bring the database back; the processes connect by themselves. Chat services send again, and managers’ messages of the meantime are found in Kommo’s history.',
  },
  diskFull: {
    title: 'The database’s disk is full',
    log: [
      {
        level: 'error',
        msg: 'request failed',
        with: { code: 'storage_unavailable', err: { code: '53100' } },
      },
    ],
    figures: [
      { name: 'database_up', is: 1 },
      { name: 'hooks_total', labels: { kind: 'chat', status: '5xx' }, is: 'grows' },
    ],
    ...HEALTHY,
    command: { words: 'database', exitCode: 0, says: 'Size …' },
    alerts: ['HooksFail', 'AnswersFail'],
    remedy:
      'Make room on the disk of PostgreSQL, or on that of `DATA_DIR`, where the embedded database shows the same; nothing needs a restart. What can be read is still read, hence the 200. Once its write-ahead log has no room either, PostgreSQL stops, the database is gone, and it has to be started when there is room.',
  },
  kommoBlocks: {
    title: 'Kommo bans this address (403 as a web page)',
    log: [
      { level: 'warn', msg: 'Kommo blocks this address' },
      { level: 'warn', msg: 'a sync failed', with: { errorCode: 'kommo_blocked' } },
    ],
    figures: [
      { name: 'kommo_refusals_total', labels: { api: 'rest', status: 'blocked' }, is: 'grows' },
    ],
    ...HEALTHY,
    command: { words: 'accounts show <account>', exitCode: 0, says: 'Sync error kommo_blocked' },
    alerts: ['KommoBlocks'],
    remedy:
      'Wait: nothing is sent to that account for five minutes, then one request asks whether the ban is over. See who else sends from this address; if it lasts, write to Kommo’s support. Messages go on, by another API.',
  },
  rightsGone: {
    title: 'Kommo refuses one account (403 as JSON)',
    log: [
      {
        level: 'warn',
        msg: 'Kommo refuses the rights of the user who gave access; an administrator must authorize again',
      },
    ],
    figures: [
      { name: 'kommo_refusals_total', labels: { api: 'rest', status: '403' }, is: 'grows' },
      { name: 'dead_grants', labels: { reason: 'lacks_rights' }, is: 1 },
    ],
    ...HEALTHY,
    command: { words: 'accounts show <account>', exitCode: 0, says: 'Lacks rights yes' },
    alerts: [],
    remedy:
      'An administrator of the account authorizes again; the widget shows a button. From three accounts within an hour on, `GrantsDie` fires.',
  },
  kommoSlowsDown: {
    title: 'Kommo answers 429',
    log: [{ level: 'warn', msg: 'Kommo asks to slow down' }],
    figures: [
      { name: 'kommo_refusals_total', labels: { api: 'amojo', status: '429' }, is: 'grows' },
      { name: 'oldest_waiting_message_seconds', labels: { direction: 'in' }, is: { over: 0 } },
    ],
    ...HEALTHY,
    command: { words: 'database', exitCode: 0, says: TO_KOMMO },
    alerts: ['KommoRefuses'],
    remedy:
      'Nothing, if it passes: requests wait as long as Kommo asks. If it stays, lower `AMOJO_REQUESTS_PER_SECOND`.',
  },
  kommoUnreachable: {
    title: 'Kommo cannot be reached',
    log: [
      { level: 'warn', msg: 'a message could not reach Kommo' },
      { level: 'warn', msg: 'a sync failed', with: { errorCode: 'kommo_unavailable' } },
    ],
    figures: [
      { name: 'kommo_requests_total', labels: { api: 'amojo', status: 'none' }, is: 'grows' },
      { name: 'kommo_requests_total', labels: { api: 'rest', status: 'none' }, is: 'grows' },
    ],
    ...HEALTHY,
    command: {
      words: 'accounts show <account>',
      exitCode: 0,
      says: 'Sync error kommo_unavailable',
    },
    alerts: ['KommoDoesNotAnswer'],
    remedy:
      'Look at the way out (DNS, firewall, proxy) and at Kommo’s status page. Clients’ messages wait up to a day and arrive in order.',
  },
  clientSecretWrong: {
    title: '`KOMMO_CLIENT_SECRET` is wrong',
    log: [
      {
        level: 'info',
        msg: 'request refused',
        with: { code: 'unauthorized', err: { reason: 'signature' } },
      },
      {
        level: 'error',
        msg: 'Kommo refuses our client id or secret; check KOMMO_CLIENT_ID, KOMMO_CLIENT_SECRET and PUBLIC_URL',
      },
    ],
    figures: [
      { name: 'tokens_refused_total', labels: { reason: 'signature' }, is: 'grows' },
      { name: 'grant_refreshes_total', labels: { outcome: 'failed' }, is: 'grows' },
    ],
    ...HEALTHY,
    command: {
      words: 'accounts show <account>',
      exitCode: 0,
      says: 'Sync error kommo_misconfigured',
    },
    alerts: ['TokensRefused'],
    remedy:
      'Take the secret key from the integration’s keys in Kommo, restart with it, then `accounts resync`. Grants are kept meanwhile, and tried again.',
  },
  channelSecretWrong: {
    title: '`KOMMO_CHANNEL_SECRET` is wrong',
    log: [
      {
        level: 'error',
        msg: 'The chat API refuses our signature: the channel secret is wrong, this machine’s clock is off, or the channel is not open to the account',
      },
      {
        level: 'info',
        msg: 'request refused',
        with: {
          code: 'signature_invalid',
          err: 'X-Signature does not fit: it is not Kommo who calls, or KOMMO_CHANNEL_SECRET is wrong.',
        },
      },
    ],
    figures: [
      { name: 'kommo_refusals_total', labels: { api: 'amojo', status: '403' }, is: 'grows' },
      { name: 'hooks_total', labels: { kind: 'chat', status: '4xx' }, is: 'grows' },
    ],
    ...HEALTHY,
    command: { words: 'database', exitCode: 0, says: TO_KOMMO },
    alerts: ['KommoRefuses', 'HooksRefused'],
    remedy:
      'Restart with the secret Kommo gave with the channel. Clients’ messages wait and arrive. What managers wrote meanwhile was refused and is not looked for: it must be written again.',
  },
  keysWrong: {
    title: '`SECRET_KEYS` does not fit the database',
    log: [{ level: 'stderr', msg: 'SECRET_KEYS does not fit this database' }],
    figures: [],
    live: 'no answer',
    ready: 'no answer',
    command: {
      words: 'keys check',
      exitCode: 1,
      says: 'SECRET_KEYS does not fit: the key test is not the one',
    },
    alerts: ['BackendDown'],
    remedy:
      'The process ends with 78 before it changes anything. Start it with the keys of the time the database was written, former ones behind the first.',
  },
  rowUnreadable: {
    title: 'A stored secret opens with no key',
    log: [{ level: 'error', msg: 'the secrets of a channel cannot be opened' }],
    figures: [
      { name: 'channels', labels: { service: 'telegram', status: 'action_needed' }, is: 1 },
    ],
    ...HEALTHY,
    command: {
      words: 'keys check',
      exitCode: 1,
      says: '1 value of channels.credentials under the key test cannot be opened. Rows: …',
    },
    alerts: [],
    remedy:
      'An administrator signs the channel in again, which the settings ask for. Many rows at once: a key is missing from `SECRET_KEYS`, or rows were copied between databases.',
  },
  clockBehind: {
    title: 'The clock is an hour behind',
    log: [
      {
        level: 'info',
        msg: 'request refused',
        with: { code: 'unauthorized', err: { reason: 'not_yet_valid' } },
      },
      {
        level: 'error',
        msg: 'The chat API refuses our signature: the channel secret is wrong, this machine’s clock is off, or the channel is not open to the account',
        with: { clockSkewSeconds: -3600 },
      },
    ],
    figures: [
      { name: 'tokens_refused_total', labels: { reason: 'not_yet_valid' }, is: 'grows' },
      { name: 'kommo_refusals_total', labels: { api: 'amojo', status: '403' }, is: 'grows' },
    ],
    ...HEALTHY,
    command: { words: 'database', exitCode: 0, says: TO_KOMMO },
    alerts: ['TokensRefused', 'KommoRefuses'],
    remedy: 'Set the clock, and keep it with NTP. Nothing needs a restart.',
  },
  clockAhead: {
    title: 'The clock is an hour ahead',
    log: [
      {
        level: 'info',
        msg: 'request refused',
        with: { code: 'unauthorized', err: { reason: 'expired' } },
      },
      {
        level: 'error',
        msg: 'The chat API refuses our signature: the channel secret is wrong, this machine’s clock is off, or the channel is not open to the account',
        with: { clockSkewSeconds: 3600 },
      },
    ],
    figures: [
      { name: 'tokens_refused_total', labels: { reason: 'expired' }, is: 'grows' },
      { name: 'kommo_refusals_total', labels: { api: 'amojo', status: '403' }, is: 'grows' },
    ],
    ...HEALTHY,
    command: { words: 'database', exitCode: 0, says: TO_KOMMO },
    alerts: ['TokensRefused', 'KommoRefuses'],
    remedy: 'As above.',
  },
  telegramGone: serviceGone('Telegram cannot be reached', {
    connector: 'telegram',
    channels: 2,
    remedy:
      'Look at the way out and at `TELEGRAM_API_ROOT`. Managers’ messages are tried for a quarter of an hour; what then is undelivered goes out with `undelivered retry`. Telegram keeps clients’ messages for a day.',
  }),
  wahaGone: serviceGone('The WAHA server is down', {
    connector: 'waha',
    channels: 1,
    remedy:
      'Start it; look at `WAHA_URL`. Managers’ messages as above. What clients write meanwhile WAHA tells once it runs, as far as WhatsApp gives it.',
  }),
  noWorker: {
    title: 'No worker runs: messages and jobs wait',
    log: [],
    figures: [
      { name: 'jobs_waiting', labels: { queue: 'scheduled' }, is: { over: 4 } },
      { name: 'jobs_waiting', labels: { queue: 'sync' }, is: { over: 0 } },
      { name: 'oldest_waiting_message_seconds', labels: { direction: 'in' }, is: { over: 600 } },
    ],
    ...HEALTHY,
    command: { words: 'database', exitCode: 0, says: 'sync created 1 …' },
    alerts: ['BackendDown', 'MessagesStandStill', 'NoWorker'],
    remedy:
      'Start a worker. The web processes take and keep everything meanwhile, and it goes on in order. A worker that runs and works on nothing is restarted, which is always safe.',
  },
};

function serviceGone(
  title: string,
  { connector, channels, remedy }: { connector: string; channels: number; remedy: string },
): Fault {
  return {
    title,
    log: [
      {
        level: 'warn',
        msg: 'a message could not be sent yet',
        with: { connector, failure: 'unavailable' },
      },
      {
        level: 'warn',
        msg: 'a channel does not work',
        with: { connector, reason: 'service_unreachable' },
      },
    ],
    figures: [
      { name: 'channels', labels: { service: connector, status: 'error' }, is: channels },
      { name: 'oldest_waiting_message_seconds', labels: { direction: 'out' }, is: { over: 600 } },
    ],
    ...HEALTHY,
    command: { words: 'channels', exitCode: 0, says: `${connector} error ${channels}` },
    alerts: ['MessagesStandStill', 'ServiceDown'],
    remedy,
  };
}
