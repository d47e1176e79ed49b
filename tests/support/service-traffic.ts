import type { Client } from './api.ts';

/** Everything on the other side of one chat service, as its double plays it: see `MessageTraffic`. */
export interface ServiceTraffic {
  /** As the registry names it. */
  name: string;
  /** The service tells of one message after the other, and of the next only when we have taken the one before. */
  keepsOrder: boolean;
  /** An administrator connects what the conversations go through. */
  connect(backend: Client, token: string): Promise<void>;
  /** What nobody took is told again soon, instead of minutes later. */
  hurry(): Promise<void>;
  /** Whoever answers nothing is not waited for longer than this. */
  waitAtMost(milliseconds: number): Promise<void>;
  /** A client writes. Each number is somebody else. */
  write(client: number, text: string): Promise<void>;
  /** What this client has of the managers, in order. */
  atClient(client: number): Promise<string[]>;
  /** What waits for its last try is told now. Where it is missing, nothing waits long. */
  retryNow?(): Promise<void>;
  /** Events that no backend has taken yet, as far as the double describes them. */
  waiting(): Promise<readonly unknown[]>;
  /** Fails when the double has seen what a product must not do, or has lost an event for good. */
  expectClean(): Promise<void>;
}

/** What makes one, once there is an emulator. */
export type ServiceTraffics = (emulator: Client['emulator']) => ServiceTraffic;
