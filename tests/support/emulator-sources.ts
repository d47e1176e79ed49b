import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { type Call, call, installed, type Reply } from './emulator-client.ts';

export interface EmulatedSource {
  id: number;
  name: string;
  external_id: string;
  pipeline_id: number;
  default: boolean;
  request_id?: string;
}

type AskSources = (method: string, path?: string, json?: unknown, more?: Call) => Promise<Reply>;

/** The sources API of an emulator of this file's own. */
export interface EmulatedSources {
  readonly emulator: Emulator;
  /** As an integration that is installed in the demo account. */
  ask: AskSources;
}

/** Starts it before the tests of a `describe` block; every test finds it reset, without the rate limit. */
export function emulatedSources(): EmulatedSources {
  let emulator: Emulator;
  let token: string;
  beforeAll(async () => {
    emulator = await createEmulator();
    emulator.useBackend('http://127.0.0.1:1');
  });
  afterAll(() => emulator.close());
  beforeEach(async () => {
    emulator.reset();
    emulator.setSwitches({ rateLimit: 0 });
    token = (await installed(emulator)).access_token;
  });
  return {
    get emulator() {
      return emulator;
    },
    ask: (method, path = '', json, more = {}) =>
      call(emulator, `/api/v4/sources${path}`, { method, token, json, ...more }),
  };
}

export function sourcesIn(reply: Reply): EmulatedSource[] {
  return (reply.json as { _embedded: { sources: EmulatedSource[] } })._embedded.sources;
}

/** Sources to create, `source-<from>` and so on. */
export function numberedSources(count: number, from = 0): { name: string; external_id: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `Source ${from + index}`,
    external_id: `source-${from + index}`,
  }));
}
