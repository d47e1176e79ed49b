import { shownName } from './channel-line.ts';
import type { DraftChannel } from './draft.ts';

/** Longer lists can be filtered. */
export const FILTER_ABOVE = 8;

export type StatusFilter = 'all' | 'attention' | 'unsaved' | 'connected' | 'paused';

/** Which rows the admin wants to see. */
export interface Filter {
  text: string;
  status: StatusFilter;
  /**
   * The channels that had this status when it was chosen. A row that no longer has it stays until the next
   * choice: it must not vanish while the admin mends it.
   */
  withStatus: ReadonlySet<string> | undefined;
  /** A connector's id; empty for all. */
  service: string;
}

export const NO_FILTER: Filter = { text: '', status: 'all', withStatus: undefined, service: '' };

export function isFiltered({ text, status, service }: Filter): boolean {
  return text.trim() !== '' || status !== 'all' || service !== '';
}

/** The rows that pass the filter, in their order. */
export function filterRows(rows: DraftChannel[], filter: Filter): DraftChannel[] {
  if (!isFiltered(filter)) return rows;
  const wanted = filter.text.trim().toLocaleLowerCase();
  return rows.filter((row) => {
    const { channel } = row;
    if (filter.service !== '' && channel.connector !== filter.service) return false;
    if (filter.withStatus && !filter.withStatus.has(channel.id)) return false;
    const { account, phone } = channel;
    return [shownName(row), account.name, account.handle ?? '', phone].some((text) =>
      text.toLocaleLowerCase().includes(wanted),
    );
  });
}
