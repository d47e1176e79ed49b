import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Who may import whom, as one table; `node src/dev/import-zones.ts` writes the linter's rules out of it, and a
 * test keeps the two together.
 */

/** The server's rooms from the lowest to the highest: one may import those before its own line, and itself. */
const ROOMS: readonly (readonly string[])[] = [
  ['platform'],
  ['kommo', 'connectors', 'help'],
  // What every room is handed: single files beside the rooms.
  ['config.ts', 'context.ts', 'queues.ts', 'to-app-error.ts'],
  ['accounts'],
  ['access'],
  ['channels'],
  ['settings', 'messages'],
  // What both the backend and the operator's commands do.
  ['on-uninstalled.ts', 'rotate-secret-keys.ts'],
  ['admin'],
  ['app.ts', 'server.ts', 'worker.ts', 'run-server.ts', 'main.js'],
];

/** The emulator's folders, in the same way. The files of `kommo` itself stand before its folders. */
const EMULATOR_FOLDERS: readonly (readonly string[])[] = [
  ['engine', 'upload'],
  ['kommo'],
  ['kommo/hooks'],
  ['kommo/oauth'],
  ['kommo/rest', 'kommo/amojo', 'kommo/ajax'],
  ['services', 'page'],
  ['control'],
  ['coverage.ts', 'routes.ts', 'emulator.ts', 'main.ts'],
];

const ROOM_MESSAGE =
  'The rooms of the server are strictly in order: platform, kommo, connectors and help, accounts, access, channels, settings and messages, admin, server.ts. A room knows only what stands before it; what is above hands in what it needs.';

const EMULATOR_MESSAGE =
  'The folders of the emulator are strictly in order: engine and upload, kommo (its own files, then hooks, oauth, and rest, amojo and ajax), services and page, control, emulator.ts. A folder knows only what stands before it.';

const HTTP_MESSAGE =
  'Only routes.ts and platform/http know HTTP: the worker calls a use case, too.';

const SQL_MESSAGE = 'Only rows.ts and platform/database hold SQL; a use case asks its rows.';

interface Pattern {
  group: string[];
  message: string;
  importNamePattern?: string;
}

interface Override {
  includes: string[];
  linter: { rules: object };
}

const FOLDERS = ['server', 'widget', 'emulator', 'pack', 'dev', 'contract', 'brand'];

/** Every folder of `src` but these. */
function allBut(...allowed: string[]): string[] {
  return FOLDERS.filter((folder) => !allowed.includes(folder)).map((folder) => `**/${folder}/**`);
}

const SERVER: Pattern = {
  group: allBut('server', 'contract', 'brand'),
  message:
    'The server ships alone: it may import nothing but src/server, src/contract and src/brand.',
};

/** What a room may not import, by the table it stands in. */
function above(table: typeof ROOMS, room: string, message: string): Pattern[] {
  const line = table.findIndex((names) => names.includes(room));
  // Rooms beside each other do not meet; the files of one line are one thing.
  const beside = (table[line] ?? []).filter((name) => name !== room && !isFile(name));
  const higher = [...beside, ...table.slice(line + 1).flat()];
  if (higher.length === 0) return [];
  return [{ group: higher.map(patternOf), message }];
}

/** Imports are relative, so a folder within a room is known by its own name. */
function patternOf(name: string): string {
  const last = name.split('/').at(-1);
  return isFile(name) ? `**/${last}` : `**/${last}/**`;
}

function isFile(name: string): boolean {
  return /\.[jt]s$/.test(name);
}

const HTTP: Pattern = { group: ['fastify', 'fastify/*'], message: HTTP_MESSAGE };
const SQL: Pattern = { group: ['kysely', 'pg', '@electric-sql/*'], message: SQL_MESSAGE };

function zone(includes: string[], patterns: Pattern[]): Override {
  const rule = { level: 'error', options: { patterns } };
  return { includes, linter: { rules: { style: { noRestrictedImports: rule } } } };
}

/** A room's rules, and what its routes and rows may do besides: the last rule that fits a file counts. */
function roomZones(room: string): Override[] {
  const common = [SERVER, ...above(ROOMS, room, ROOM_MESSAGE)];
  const files = `src/server/${room}`;
  if (isFile(room)) return [zone([files], [...common, SQL])];
  if (room === 'platform') {
    return [
      zone([`${files}/**`], [...common, HTTP, SQL]),
      zone([`${files}/http/**`], [...common, SQL]),
      zone([`${files}/database/**`, `${files}/jobs.ts`], [...common, HTTP]),
    ];
  }
  return [
    zone([`${files}/**`], [...common, HTTP, SQL]),
    zone([`${files}/**/routes.ts`], [...common, SQL]),
    zone([`${files}/**/rows.ts`], [...common, HTTP]),
  ];
}

const TOOLS: Pattern = {
  group: ['**/server/**', '**/widget/**', '**/emulator/**'],
  message:
    'The tools start the product and the emulator as processes and read their files; they share no code with them.',
};

const PACK_MESSAGE = `${TOOLS.message} Only the rules for widgets, emulator/upload, are for both: each of them stands once.`;

const EMULATOR: Pattern[] = [
  {
    group: allBut('emulator'),
    message:
      'The emulator shares no code with the product: a misreading of Kommo would confirm itself.',
  },
  {
    group: ['jose'],
    message:
      'The product verifies tokens with jose, so the emulator signs them with node:crypto: two readings of the standard, not one.',
  },
];

function emulatorZone(folder: string): Override {
  const files = isFile(folder) ? folder : `${folder}/**`;
  const patterns = [...EMULATOR, ...above(EMULATOR_FOLDERS, folder, EMULATOR_MESSAGE)];
  return zone([`src/emulator/${files}`], patterns);
}

const WIDGET: Pattern[] = [
  {
    group: allBut('widget', 'contract'),
    message:
      'The widget runs in Kommo’s page: it may import nothing but src/widget and the types of src/contract.',
  },
  {
    group: ['**/contract/*'],
    importNamePattern: '[a-z].*|[A-Z0-9_]+',
    message:
      'Only types may come from src/contract: a schema would bring its library into the bundle.',
  },
  {
    group: ['zod', 'zod/*'],
    message: 'No schema library in the widget: it would be a quarter of the bundle.',
  },
];

const DEVELOPMENT: Pattern = {
  group: ['**/development/**'],
  message:
    'What only a development build has must not come into another one; webpack puts it there.',
};

/** The linter's overrides for every folder of `src`. */
function importZones(): Override[] {
  return [
    zone(['src/widget/**'], [...WIDGET, DEVELOPMENT]),
    zone(['src/widget/development/**'], WIDGET),
    zone(
      ['src/contract/**'],
      [
        {
          group: ['../**', 'node:*'],
          message:
            'The contract is what both sides read: it imports neither of them, and nothing that only one of them has.',
        },
      ],
    ),
    zone(
      ['src/brand/**'],
      [
        {
          group: ['../**', 'node:*'],
          message:
            'What a brand may hold is read by the build and by the backend: it imports neither of them, and reads no file.',
        },
      ],
    ),
    zone(['src/server/*.ts'], [SERVER, SQL]),
    ...ROOMS.flat().flatMap(roomZones),
    zone(['src/emulator/**'], EMULATOR),
    ...EMULATOR_FOLDERS.flat().map(emulatorZone),
    zone(['src/dev/**'], [TOOLS]),
    zone(
      ['src/pack/**'],
      [
        // The order counts: the last group that fits decides.
        { ...TOOLS, group: [...TOOLS.group, '!**/emulator/upload/*'], message: PACK_MESSAGE },
      ],
    ),
  ];
}

/** The generated part of the linter's configuration, as text. */
export function zonesFile(): string {
  const overrides = importZones().map((override) => JSON.stringify(override));
  return `{ "overrides": [\n${overrides.join(',\n')}\n] }\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../../.biome.zones.json', import.meta.url), zonesFile());
}
