import type { ConnectorDescription } from '../../contract/connectors.ts';
import { useSaved } from './useConnection.ts';

/**
 * Of what the backend can connect, what the brand offers for new channels, in its order. Channels of other services
 * stay as they are: they can be used, reconnected and deleted.
 */
export function useOffered(ids: readonly string[]): ConnectorDescription[] {
  const connectors = useSaved()?.connectors ?? [];
  return ids.flatMap((id) => connectors.filter((connector) => connector.id === id));
}
