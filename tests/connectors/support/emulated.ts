import { createEmulator } from '../../../src/emulator/emulator.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

/** The emulator's doubles behind a fault proxy, spoken to over HTTP only. */
export interface Emulated {
  proxy: FaultProxy;
  /** An address behind the proxy, e.g. `at('/__services/waha')` or `at('', 'slack.localhost')`. */
  at(path: string, host?: string): string;
  /** Tells the doubles what a person does; goes around the proxy. */
  post(path: string, fields: object): Promise<unknown>;
  /** Moves the doubles' clock. */
  advance(milliseconds: number): Promise<void>;
  /** The port without the proxy, for a browser. */
  port: number;
  close(): Promise<void>;
}

export async function startEmulated(): Promise<Emulated> {
  const emulator = await createEmulator();
  const proxy = await startFaultProxy(emulator.port);
  const post = async (path: string, fields: object): Promise<unknown> => {
    const answer = await fetch(emulator.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fields),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return await answer.json();
  };
  return {
    proxy,
    at: (path, host = '127.0.0.1') => `http://${host}:${proxy.port}${path}`,
    post,
    advance: async (milliseconds) => {
      await post('/__emulator/clock', { advance_ms: milliseconds });
    },
    port: emulator.port,
    close: async () => {
      await proxy.close();
      await emulator.close();
    },
  };
}
