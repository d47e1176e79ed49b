import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

const HOOK_KINDS = ['install', 'uninstall', 'chat', 'service'] as const;
const DIRECTIONS = ['in', 'out'] as const;
const MESSAGE_OUTCOMES = ['delivered', 'undelivered'] as const;
const REFRESH_OUTCOMES = ['renewed', 'dead', 'failed'] as const;
const BUDGETS = ['kommo', 'amojo'] as const;
/** Those of Kommo's answers that tell us to stop; `blocked`: a 403 that is a web page, with which it bans an address. */
const REFUSALS = ['403', '429', 'blocked'] as const;
const KOMMO_APIS = ['rest', 'token', 'amojo'] as const;
/** Why a genuine page's token may be refused, in the words of the check. Anything else is a page's or stranger's fault. */
const TOKEN_FAULTS = ['signature', 'client', 'audience', 'expired', 'not_yet_valid'] as const;

/** Who calls us unasked: Kommo with an install, an uninstall or a chat's message, or a chat service. */
export type HookKind = (typeof HOOK_KINDS)[number];
type Direction = (typeof DIRECTIONS)[number];
export type MessageOutcome = (typeof MESSAGE_OUTCOMES)[number];
/** `renewed`: a new pair is stored. `dead`: an administrator must authorize again. `failed`: it is tried again. */
type RefreshOutcome = (typeof REFRESH_OUTCOMES)[number];
/** `kommo`: REST API and token endpoint. `amojo`: the chat API. */
export type Budget = (typeof BUDGETS)[number];
/** `lost`: another process took it over, or this one stops. `failed`: it is tried again. */
export type JobOutcome = 'done' | 'failed' | 'lost';

/** What the database knows at the moment of a scrape. */
export interface DatabaseFigures {
  /** How long the oldest message of a direction has waited, in seconds; 0: none waits. */
  oldestWaitingSeconds: Record<Direction, number>;
  deadGrants: { lacksRights: number; refused: number };
  /** Jobs that could run now and do not. Undefined, here and below: not counted in time. */
  waitingJobs: readonly { queue: string; count: number }[] | undefined;
  channels: readonly { service: string; status: string; count: number }[] | undefined;
}

const PREFIX = 'chat_connector_';

/** Methods anybody may send; all others are one. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const JOB_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300];
const TURN_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * What one running backend counts, as Prometheus reads it. No label holds a person, a text, an account, an address or
 * anything else that has no end: what comes from outside is brought to a closed list here, whoever reports it.
 */
export class Metrics {
  /** Not the package's own one: several backends may run in one process. */
  readonly #registry = new Registry();
  readonly #services: ReadonlySet<string>;

  readonly #requests = this.#histogram(
    'http_request_duration_seconds',
    'How long requests took, by pattern of their address; event streams as long as they were open',
    { labels: ['method', 'route', 'status'], buckets: REQUEST_SECONDS },
  );
  readonly #hooks = this.#counter('hooks_total', 'Calls of Kommo and of chat services', [
    'kind',
    'status',
  ]);
  readonly #messages = this.#counter(
    'messages_total',
    'Messages, edits, deletions and reactions that came to an end; one that is tried again counts again',
    ['direction', 'service', 'outcome'],
  );
  readonly #jobs = this.#histogram('job_duration_seconds', 'How long jobs took', {
    labels: ['queue', 'outcome'],
    buckets: JOB_SECONDS,
  });
  readonly #refreshes = this.#counter(
    'grant_refreshes_total',
    'Refreshes of the access that accounts gave us',
    ['outcome'],
  );
  readonly #kommoRequests = this.#counter(
    'kommo_requests_total',
    'Requests sent to Kommo; status none: no answer came',
    ['api', 'status'],
  );
  readonly #refusals = this.#counter(
    'kommo_refusals_total',
    'Answers of Kommo that tell us to stop: 403, 429, and blocked for a ban of our address',
    ['api', 'status'],
  );
  readonly #refusedTokens = this.#counter(
    'tokens_refused_total',
    'Disposable tokens of Kommo’s page that were refused',
    ['reason'],
  );
  readonly #turns = this.#histogram(
    'kommo_turn_wait_seconds',
    'How long requests to Kommo waited for their turn in the budget, in vain or not',
    { labels: ['budget'], buckets: TURN_SECONDS },
  );

  readonly #databaseUp = this.#gauge(
    'database_up',
    '1 when the database answered this scrape in time; at 0 what it would have known is left out',
    [],
  );
  readonly #oldestWaiting = this.#gauge(
    'oldest_waiting_message_seconds',
    'Age of the oldest message on its way that waits for no administrator; 0 without one',
    ['direction'],
  );
  readonly #deadGrants = this.#gauge(
    'dead_grants',
    'Accounts whose administrator must authorize again',
    ['reason'],
  );
  readonly #waitingJobs = this.#gauge('jobs_waiting', 'Jobs that could run now and do not', [
    'queue',
  ]);
  readonly #channels = this.#gauge('channels', 'Connected channels, counted every 30 seconds', [
    'service',
    'status',
  ]);

  /**
   * @param options.services ids of the chat services on offer; any other one is counted as `other`
   * @param options.watchesProcess memory, event loop and garbage collection too, which costs a little all the time
   */
  constructor({
    services,
    watchesProcess = false,
  }: {
    services: readonly string[];
    watchesProcess?: boolean;
  }) {
    this.#services = new Set(services);
    if (watchesProcess) collectDefaultMetrics({ register: this.#registry });
    this.#beginAtZero();
  }

  /** A request is answered. `route`: the pattern, never the address; undefined: there is no such route. */
  requestAnswered(answered: {
    method: string;
    route: string | undefined;
    status: number;
    seconds: number;
  }): void {
    const { method, route = 'unknown', status, seconds } = answered;
    const known = METHODS.has(method) ? method : 'other';
    this.#requests.observe({ method: known, route, status: classOf(status) }, seconds);
  }

  /** A call of Kommo's or of a chat service's is answered. */
  hookAnswered({ kind, status }: { kind: HookKind; status: number }): void {
    this.#hooks.inc({ kind, status: classOf(status) });
  }

  /** A message is where it should be, or never will be. `service`: undefined where nobody knows it any more. */
  messageEnded(ended: {
    direction: Direction;
    service: string | undefined;
    outcome: MessageOutcome;
  }): void {
    this.#messages.inc({ ...ended, service: this.#known(ended.service) });
  }

  jobEnded({ seconds, ...labels }: { queue: string; outcome: JobOutcome; seconds: number }): void {
    this.#jobs.observe(labels, seconds);
  }

  /** A refresh that this process has done itself is over. */
  refreshEnded(outcome: RefreshOutcome): void {
    this.#refreshes.inc({ outcome });
  }

  /** A request has left, and this came back. `status`: undefined for no answer. `isBan`: our address is not wanted. */
  kommoAnswered(answered: { api: string; status: number | undefined; isBan?: boolean }): void {
    const { api, status, isBan = false } = answered;
    this.#kommoRequests.inc({ api, status: status === undefined ? 'none' : classOf(status) });
    const refusal = REFUSALS.find((one) => one === (isBan ? 'blocked' : String(status)));
    if (refusal !== undefined) this.#refusals.inc({ api, status: refusal });
  }

  /** A disposable token is refused. `reason`: the check's word for it. */
  tokenRefused(reason: string): void {
    const known = TOKEN_FAULTS.find((fault) => fault === reason) ?? 'other';
    this.#refusedTokens.inc({ reason: known });
  }

  /** A request to Kommo has waited for its turn, or was told that none would come. */
  turnEnded({ budget, seconds }: { budget: Budget; seconds: number }): void {
    this.#turns.observe({ budget }, seconds);
  }

  /**
   * Everything counted so far, as the body of an answer to a scrape.
   *
   * @param figures undefined: the database did not answer, and what it would have known is left out
   */
  async text(figures: DatabaseFigures | undefined): Promise<{ type: string; body: string }> {
    this.#setFigures(figures);
    return { type: this.#registry.contentType, body: await this.#registry.metrics() };
  }

  #setFigures(figures: DatabaseFigures | undefined): void {
    const asked = [this.#oldestWaiting, this.#deadGrants, this.#waitingJobs, this.#channels];
    for (const gauge of asked) gauge.reset();
    this.#databaseUp.set(figures === undefined ? 0 : 1);
    if (figures === undefined) return;
    const { oldestWaitingSeconds, deadGrants, waitingJobs = [], channels = [] } = figures;
    for (const direction of DIRECTIONS) {
      this.#oldestWaiting.set({ direction }, oldestWaitingSeconds[direction]);
    }
    this.#deadGrants.set({ reason: 'lacks_rights' }, deadGrants.lacksRights);
    this.#deadGrants.set({ reason: 'refused' }, deadGrants.refused);
    for (const { queue, count } of waitingJobs) this.#waitingJobs.set({ queue }, count);
    for (const { service, status, count } of channels) {
      this.#channels.inc({ service: this.#known(service), status }, count);
    }
  }

  /** A rate sees the first event only if there was a nought before it. */
  #beginAtZero(): void {
    for (const kind of HOOK_KINDS) {
      for (const status of [200, 400, 500]) this.#hooks.inc({ kind, status: classOf(status) }, 0);
    }
    for (const outcome of REFRESH_OUTCOMES) this.#refreshes.inc({ outcome }, 0);
    for (const direction of DIRECTIONS) {
      for (const service of this.#services) {
        for (const outcome of MESSAGE_OUTCOMES) {
          this.#messages.inc({ direction, service, outcome }, 0);
        }
      }
    }
    for (const api of KOMMO_APIS) {
      for (const status of REFUSALS) this.#refusals.inc({ api, status }, 0);
      for (const status of ['2xx', '5xx', 'none']) this.#kommoRequests.inc({ api, status }, 0);
    }
    for (const reason of [...TOKEN_FAULTS, 'other']) this.#refusedTokens.inc({ reason }, 0);
    for (const budget of BUDGETS) this.#turns.zero({ budget });
  }

  #known(service: string | undefined): string {
    return service !== undefined && this.#services.has(service) ? service : 'other';
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name: PREFIX + name, help, labelNames, registers: [this.#registry] });
  }

  #gauge(name: string, help: string, labelNames: string[]): Gauge {
    return new Gauge({ name: PREFIX + name, help, labelNames, registers: [this.#registry] });
  }

  #histogram(
    name: string,
    help: string,
    { labels: labelNames, buckets }: { labels: string[]; buckets: number[] },
  ): Histogram {
    const registers = [this.#registry];
    return new Histogram({ name: PREFIX + name, help, labelNames, buckets, registers });
  }
}

function classOf(status: number): string {
  return `${Math.floor(status / 100)}xx`;
}
