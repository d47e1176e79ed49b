/** What went wrong in one call; ids only, never a text or a link. */
export interface Finding {
  scope_id: string;
  message_id: string | null;
  what: string;
}

const EXAMPLES = 20;

export interface Tally {
  count: number;
  /** The first few. */
  examples: Finding[];
}

const KINDS = ['repeated_msgids', 'statuses_back', 'secrets_in_media', 'after_disconnect'] as const;

type Kind = (typeof KINDS)[number];

/** Counts what a channel's backend did that the state no longer shows. */
export class ChatJudge {
  #tallies = new Map<Kind, Tally>();

  note(kind: Kind, finding: Finding): void {
    const tally = this.#tallies.get(kind) ?? { count: 0, examples: [] };
    tally.count += 1;
    if (tally.examples.length < EXAMPLES) tally.examples.push(finding);
    this.#tallies.set(kind, tally);
  }

  tallies(): Record<Kind, Tally> {
    const tally = (kind: Kind) => this.#tallies.get(kind) ?? { count: 0, examples: [] };
    return Object.fromEntries(KINDS.map((kind) => [kind, tally(kind)])) as Record<Kind, Tally>;
  }

  clear(): void {
    this.#tallies.clear();
  }
}
