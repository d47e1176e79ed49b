import { type CoverageRow, type Entry, entryRows } from '../../engine/coverage-row.ts';
import { SEEN_IN_WIDGETS as OBSERVED } from '../../kommo/documents.ts';

/** What a developer may supply, and what public widgets ask for that nobody has described. */
export const SUPPLY_COVERAGE: CoverageRow[] = [
  ...entryRows('Loader and modules', [
    [
      'modules of the developer: --module name=file',
      'own',
      "beside Kommo's own modules, or in place of one",
    ],
  ]),
  // Each is asked for by several public widgets.
  ...entryRows(
    'Requests of the account pages',
    [
      '/private/notes/edit2.php',
      '/private/api/v2/json/:entity/list, /set',
      '/api/v2/account, /api/v2/:entity',
      '/ajax/leads/detail/, /ajax/leads/list/, /ajax/contacts/list/',
      '/ajax/leads/multiple/delete/, /ajax/v1/multiactions/set',
      '/ajax/v1/catalog_elements/list/, /ajax/v1/catalogs',
      '/ajax/v1/subscriptions/subscribe, /unsubscribe',
      '/ajax/merge/:entity/info/, /save',
    ].map((name): Entry => [name, OBSERVED, 'the log says how to supply an answer', 'missing']),
  ),
];
