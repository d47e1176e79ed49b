import { type CoverageRow, entryRows, routeRows } from './engine/coverage-row.ts';
import { ajaxRoutes } from './kommo/ajax/ajax-routes.ts';
import {
  AJAX_ENTRIES,
  CHAT_ENTRIES,
  OAUTH_ENTRIES,
  REST_ENTRIES,
} from './kommo/coverage-entries.ts';
import { CHATS_COVERAGE } from './page/chats/chats-coverage.ts';
import { HOST_COVERAGE } from './page/host/host-coverage.ts';
import { chatRoutes, oauthRoutes, restRoutes } from './routes.ts';
import { SERVICE_ENTRIES } from './services/service-entries.ts';

/**
 * Everything the emulator imitates of Kommo, and what it knowingly does not, each with its source. A route names its
 * own; the entries add everything else.
 */
export function coverage(): CoverageRow[] {
  return [
    ...routeRows('OAuth', oauthRoutes()),
    ...entryRows('OAuth', OAUTH_ENTRIES),
    ...routeRows('Requests of the account pages', ajaxRoutes()),
    ...entryRows('Requests of the account pages', AJAX_ENTRIES),
    ...routeRows('REST API', restRoutes()),
    ...entryRows('REST API', REST_ENTRIES),
    ...routeRows('Chats API (amojo)', chatRoutes()),
    ...entryRows('Chats API (amojo)', CHAT_ENTRIES),
    ...entryRows('Chat services', SERVICE_ENTRIES),
    ...HOST_COVERAGE,
    ...CHATS_COVERAGE,
  ];
}

/** The list as a page of the documentation; a test keeps `docs/emulator-coverage.md` equal to it. */
export function renderCoverage(rows: CoverageRow[] = coverage()): string {
  const count = (status: CoverageRow['status']) =>
    rows.filter((row) => row.status === status).length;
  const areas = [...new Set(rows.map(({ area }) => area))];
  const chapters = areas.flatMap((area) => [
    `## ${area}`,
    '',
    '| What | Status | Source | Note |',
    '| --- | --- | --- | --- |',
    ...rows.filter((row) => row.area === area).map(line),
    '',
  ]);
  return [
    '# What the emulator imitates',
    '',
    'Written by a test from `src/emulator/coverage.ts`; do not edit it here.',
    '',
    `${count('imitated')} imitated, ${count('partly')} partly, ${count('missing')} known and missing.`,
    'An observation is what public code or published logs show; an assumption is neither documented nor observed.',
    '',
    ...chapters,
  ]
    .join('\n')
    .replace(/\n+$/, '\n');
}

function line({ name, status, source, note = '' }: CoverageRow): string {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  return `| \`${cell(name)}\` | ${status} | ${cell(source)} | ${cell(note)} |`;
}
