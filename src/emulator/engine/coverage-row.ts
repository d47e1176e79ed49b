/** One thing of Kommo's that the emulator imitates, or says it does not. */
export interface CoverageRow {
  /** Chapter of the list, e.g. `OAuth`, `REST API`, `Widget object`. */
  area: string;
  /** `GET account /api/v4/sources`, `onSave`, `.js-widget-install`. */
  name: string;
  status: 'imitated' | 'partly' | 'missing';
  /** Where the behaviour is documented or was observed: an address, or who saw it. */
  source: string;
  /** What differs, what is assumed, which switch decides. */
  note?: string;
}

/** What, status, source, note. */
export type CoverageEntry = [
  name: string,
  status: CoverageRow['status'],
  source: string,
  note?: string,
];

/** The rows of one chapter. */
export function coverageArea(name: string, entries: CoverageEntry[]): CoverageRow[] {
  return entries.map(([what, status, source, note]) => ({
    area: name,
    name: what,
    status,
    source,
    ...(note !== undefined && { note }),
  }));
}
