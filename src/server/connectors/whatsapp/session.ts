import { z } from 'zod';
import type { QrConnector, QrProgress, Tools } from '../connector.ts';

/** How long a session may work before the server must know whose it is. */
const NAMELESS_MS = 60_000;

/** How long a failed `begin` waits for its own cleaning up. */
const CLEANUP_MS = 3_000;

/** Where a sign-in at a WhatsApp server stands, as stored between two checks. */
export const storedSession = z.object({
  session: z.string(),
  code: z
    .object({ value: z.string(), expiresAt: z.coerce.date(), refreshed: z.number() })
    .optional(),
  /** Since when the session has worked without the server saying whose it is. */
  namelessSince: z.coerce.date().optional(),
});
type WhatsAppSession = z.output<typeof storedSession>;

/** A signed-in number is its session at the server. */
export const storedCredentials = z.object({ session: z.string() });

/** How a server renews its codes. */
interface CodeRules {
  /** How long the first code lives, and each after it. */
  firstMs: number;
  nextMs: number;
  refreshes: number;
}

/**
 * What the code means now. A code that is over and still there was scanned: it stays as it was until the session
 * works. So does a code that is missing for a moment.
 */
export function codeProgress(
  session: WhatsAppSession,
  value: string | null | undefined,
  now: Date,
  rules: CodeRules,
): QrProgress {
  const last = session.code;
  const { refreshes } = rules;
  if (!value) return { state: last === undefined ? 'starting' : 'linking', session };
  if (value === last?.value) {
    if (now > last.expiresAt) return { state: 'linking', session };
    return { state: 'showing', session, ...last, refreshes };
  }
  const life = last === undefined ? rules.firstMs : rules.nextMs;
  const code = {
    value,
    expiresAt: new Date(now.getTime() + life),
    refreshed: last === undefined ? 0 : Math.min(last.refreshed + 1, refreshes),
  };
  return { state: 'showing', session: { ...session, code }, ...code, refreshes };
}

/** A session that works, while the server does not say whose it is. */
export function namelessProgress(session: WhatsAppSession, now: Date): QrProgress {
  const namelessSince = session.namelessSince ?? now;
  return {
    state: 'linking',
    session: { ...session, namelessSince },
    isNameless: now.getTime() - namelessSince.getTime() >= NAMELESS_MS,
  };
}

/** A server on which sessions have the names we give them. */
interface SessionServer {
  create(tools: Tools, name: string): Promise<void>;
  /** Ends and forgets the session; one that does not exist is fine. */
  remove(tools: Tools, name: string, deadlineMs?: number): Promise<void>;
}

/** What opening and ending a session is, whichever server it is on. */
export function whatsAppSessions(
  server: SessionServer,
): Pick<QrConnector, 'auth' | 'fields' | 'begin' | 'abandon' | 'unlink'> {
  return {
    auth: 'qr',
    fields: [{ name: 'phone', type: 'phone', required: false, secret: false }],

    async begin(tools, attemptId): Promise<z.output<typeof storedSession>> {
      const session = `kommo-${attemptId}`;
      try {
        await server.create(tools, session);
      } catch (error) {
        // The answer may have been lost, but not the session.
        await server.remove(tools, session, CLEANUP_MS).catch(() => undefined);
        throw error;
      }
      return { session };
    },

    async abandon(tools, stored): Promise<void> {
      await server.remove(tools, storedSession.parse(stored).session);
    },

    async unlink(tools, credentials): Promise<void> {
      await server.remove(tools, storedCredentials.parse(credentials).session);
    },
  };
}
