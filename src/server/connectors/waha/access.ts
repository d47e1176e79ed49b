import { z } from 'zod';
import type { Credentials } from '../connector.ts';

/** A session at a server, and what opens it. */
export interface WahaAccess {
  /** Address of the server, without a trailing slash. */
  url: string;
  apiKey: string;
  session: string;
}

/** As `storedCredentials`, and nothing that could lead to another path. */
const storedSessionName = z.object({ session: z.string().regex(/^[\w-]{1,64}$/) });

export function accessOf(
  { url, apiKey }: { url: string; apiKey: string },
  credentials: Credentials,
): WahaAccess {
  const { session } = storedSessionName.parse(credentials);
  return { url, apiKey, session };
}
