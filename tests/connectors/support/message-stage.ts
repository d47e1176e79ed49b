import type { Credentials, MessageCarrier } from '../../../src/server/connectors/connector.ts';
import type { AccountAtService, ChatAddress } from '../../../src/server/connectors/messages.ts';
import type { BulkAnswer } from './bulk-server.ts';
import type { FaultProxy } from './fault-proxy.ts';
import type { IncomingKind, IncomingSample, OutgoingKind } from './message-kinds.ts';

/** One connector that carries messages, before a double that takes them. */
export interface MessageStage {
  /** The carrier for a service on this port of this machine. The battery uses the proxy's, and others. */
  carrierAt(port: number): MessageCarrier;
  /** Stands between the carrier and the double. */
  proxy: FaultProxy;
  account: AccountAtService;
  credentials: Credentials;
  /** A chat that the double knows. */
  chat: ChatAddress;
  /** What nothing returned, thrown or logged may hold. */
  secrets: string[];
  /** What the service posts, for everything a client may do. */
  incoming: Record<IncomingKind, IncomingSample>;
  /** Whether the service takes what a manager writes. Buttons written as text count. */
  outgoing: Record<OutgoingKind, 'carried' | 'refused'>;
  /**
   * What a reader of `docs/what-services-carry.md` should know of a kind: why it cannot be carried, with the page that
   * says so, or in which other form it is.
   */
  notes?: Partial<
    Record<`in: ${IncomingKind}` | `out: ${OutgoingKind | 'reaction' | 'typing'}`, string>
  >;
  /** The words within a part, if there are any, and how many UTF-16 units the service takes there. */
  wordsOf(part: unknown): { text: string; longest: number } | undefined;
  /** A message of the manager at the double, to react to. */
  messageId: string;
  /** What `openMedia` takes for a file with `FILE_CONTENT` in it, and for one that is gone. */
  refs: { small: unknown; gone: unknown };
  /**
   * What a lost answer means: `unknown` where a repeat would be a second message, `unavailable` where the service
   * knows a repeat by its id.
   */
  lostAnswer: 'unknown' | 'unavailable';
  /**
   * What a refused key says of the channel: the sign-in is dead, unless the key is the operator's. `misconfigured` then.
   */
  refusedKey?: 'misconfigured';
  /** The same for a file, where the first call that may get lost shows nothing to anybody. */
  lostFile?: 'unavailable';
  /** Whether the connector uploads files; otherwise the service fetches our link. */
  uploads: boolean;
  /**
   * A service with one file of 48 MB: what it answers to a path, whatever is sent there. `uploadBytes` is what is sent
   * to a service that takes no file of that size.
   */
  bulk: { answer(path: string): BulkAnswer; ref(port: number): unknown; uploadBytes?: number };
  close(): Promise<void>;
}
