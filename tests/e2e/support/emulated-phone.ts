import { expect } from '@playwright/test';
import type { Stack } from './stack.ts';

/** Numbers that may scan a code; the doubles know the names of their owners. */
export const OWN_NUMBER = { digits: '5511987654321', name: 'Ana Support' };
export const OTHER_NUMBER = { digits: '34600111222', name: 'Somebody else' };

interface Session {
  service: string;
  name: string;
  phase: 'starting' | 'showing' | 'linking' | 'working' | 'failed';
  pairing_code: string | null;
}

/** The phone in front of an emulated WhatsApp server's QR code. */
export class EmulatedPhone {
  readonly #stack: Stack;
  readonly #service: 'waha' | 'evolution';

  constructor(stack: Stack, service: 'waha' | 'evolution') {
    this.#stack = stack;
    this.#service = service;
  }

  /** The sessions the server keeps, the oldest first. */
  async sessions(): Promise<Session[]> {
    const sessions = (await this.#stack.control('/__services/phone/sessions')) as Session[];
    return sessions.filter(({ service }) => service === this.#service);
  }

  /** Scans the code that is being shown. */
  scan({ digits }: { digits: string }): Promise<void> {
    return this.#act('showing', { change: 'scan', number: digits });
  }

  /** Declines to link the device whose code is being shown. */
  refuse(): Promise<void> {
    return this.#act('showing', { change: 'refuse' });
  }

  /** Loses its network, or gets it back. */
  goOffline(): Promise<void> {
    return this.#act('working', { change: 'go_offline' });
  }

  goOnline(): Promise<void> {
    return this.#act('working', { change: 'go_online' });
  }

  /** Removes the linked device. */
  logOut(): Promise<void> {
    return this.#act('working', { change: 'log_out' });
  }

  /** The code that was made for a phone number; waits for it. */
  async waitForPairingCode(): Promise<string> {
    const find = async () => (await this.sessions()).at(-1)?.pairing_code ?? '';
    await expect.poll(find).not.toBe('');
    return find();
  }

  /** Waits until the server keeps this many sessions: those nobody uses any more are ended there. */
  async expectSessions(count: number): Promise<void> {
    await expect.poll(async () => (await this.sessions()).length).toBe(count);
  }

  async #act(phase: Session['phase'], change: Record<string, string>): Promise<void> {
    const session = (await this.sessions()).find((one) => one.phase === phase);
    if (session === undefined) throw new Error(`No session of ${this.#service} is ${phase}`);
    const body = { service: this.#service, session: session.name, ...change };
    await this.#stack.control('/__services/phone', body);
  }
}
