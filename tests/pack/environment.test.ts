import { readFileSync } from 'node:fs';
import { VARIABLES } from '../../src/server/config.ts';

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

/** Told by Node and by tests, not by an operator. */
const DEVELOPMENT = ['NODE_ENV', 'KOMMO_EMULATOR_URL'];

/** In a container the port is fixed, and PostgreSQL takes the place of a data directory. */
const NOT_IN_COMPOSE = [...DEVELOPMENT, 'PORT', 'DATA_DIR'];

function without(names: readonly string[]): string[] {
  return VARIABLES.filter((name) => !names.includes(name)).sort();
}

test('the table of the README names every variable, and no other', () => {
  const [, table = ''] = /\| Variable \| Meaning \|\n(.*?)\n\n/s.exec(read('README.md')) ?? [];
  const named = new Set([...table.matchAll(/`([A-Z][A-Z_]+)`/g)].map(([, name]) => name));
  expect([...named].sort()).toEqual(without(DEVELOPMENT));
});

test('compose.yaml hands every variable to the backend, and no other', () => {
  const [, shared = ''] =
    /\n {2}environment: &environment\n(.*?)\n\n/s.exec(read('compose.yaml')) ?? [];
  const handed = [...shared.matchAll(/^ {4}([A-Z_]+):/gm)].map(([, name]) => name);
  // Each service says its role itself.
  expect([...handed, 'ROLE'].sort()).toEqual(without(NOT_IN_COMPOSE));
});
