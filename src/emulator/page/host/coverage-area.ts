import type { CoverageRow } from '../../engine/coverage-row.ts';

export const KOMMO = 'https://developers.kommo.com/docs';
export const AMO = 'https://www.amocrm.ru/developers/content';
export const SCRIPT = `${KOMMO}/script-js`;
export const OBSERVED = 'observed in public widgets';
/** Code that the vendor itself publishes: the tutorial's widget and the generator of integrations. */
export const SAMPLES = 'https://github.com/kommo-crm (birthday-widget, create-kommo-integration)';

export type Entry = [
  name: string,
  source: string,
  note?: string | undefined,
  status?: CoverageRow['status'],
];

/** Rows of one chapter; `imitated` unless the entry says otherwise. */
export function chapter(area: string, entries: Entry[]): CoverageRow[] {
  return entries.map(([name, source, note, status = 'imitated']) => ({
    area,
    name,
    status,
    source,
    ...(note !== undefined && { note }),
  }));
}
