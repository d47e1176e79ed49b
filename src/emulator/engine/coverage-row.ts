import type { Route } from './router.ts';

type Status = 'imitated' | 'partly' | 'missing';

/** Something of Kommo's that the emulator imitates, or knowingly does not. */
export interface CoverageRow {
  /** Chapter of the list, e.g. `OAuth`, `REST API`, `Widget object`. */
  area: string;
  /** `GET account /api/v4/sources`, `onSave`, `.js-widget-install`. */
  name: string;
  status: Status;
  /** Where the behaviour is documented or was observed: an address, or who saw it. */
  source: string;
  /** What differs, what is assumed, which switch decides it. */
  note?: string | undefined;
}

/** What a route that imitates one of Kommo's says about itself. Default status: `imitated`. */
export interface Imitation {
  source: string;
  note?: string;
  status?: 'partly';
}

/** The same for anything that is not a route. */
export type Entry = [name: string, source: string, note?: string | undefined, status?: Status];

/** The rows of a chapter's routes; `control` is the emulator's own host, not Kommo's. */
export function routeRows(area: string, routes: (Route<never> & Imitation)[]): CoverageRow[] {
  return routes.map(({ method, host, path, source, note, status }) => {
    const hosts = [host].flat().filter((one) => one !== 'control');
    const name = `${method} ${hosts.join(',')} ${path}`;
    return { area, name, status: status ?? 'imitated', source, note };
  });
}

export function entryRows(area: string, entries: Entry[]): CoverageRow[] {
  return entries.map(([name, source, note, status]) => {
    return { area, name, status: status ?? 'imitated', source, note };
  });
}
