import { z } from 'zod';
import type { QrConnector, Tools } from './connector.ts';

/** How long a failed `begin` waits for its own cleaning up. */
const CLEANUP_MS = 3_000;

/** Where a sign-in at a WhatsApp server stands, as it is stored between two looks. */
export const storedSession = z.object({
  session: z.string(),
  code: z
    .object({ value: z.string(), expiresAt: z.coerce.date(), refreshed: z.number() })
    .optional(),
});

/** A signed-in number is its session at the server. */
export const storedCredentials = z.object({ session: z.string() });

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
