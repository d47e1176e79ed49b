import { compareSecretKeys } from '../../platform/database/key-checks.ts';
import type { Command } from '../command.ts';
import { counted, renderList } from '../render.ts';
import { type OpenedCount, openEverything } from './rows.ts';

export const checkKeysCommand: Command = {
  words: 'keys check',
  operands: [],
  options: [],
  about: 'Opens every stored secret with SECRET_KEYS, and says which do not open.',
  run: async ({ db, secrets, config }) => {
    const keyIds = config.secretKeys.map(({ id }) => id);
    const { problems } = await compareSecretKeys(db, secrets, keyIds);
    const places = await openEverything(db, secrets);
    const unopened = places.reduce((sum, { values, opened }) => sum + values - opened, 0);
    const isSound = problems.length === 0 && unopened === 0;
    const table = renderList(
      ['Place', 'Key', 'Values', 'Opened'],
      places.map(({ place, keyId, values, opened }) => [place, keyId, values, opened]),
      { none: 'Nothing is sealed.' },
    );
    const faults = [
      ...problems.map((problem) => `SECRET_KEYS does not fit: ${problem}.`),
      ...places.filter(({ values, opened }) => opened < values).map(describeFault),
    ];
    return {
      json: {
        ok: isSound,
        problems,
        places: places.map(({ place, keyId, values, opened, unopenedRows }) => ({
          ...{ place, key_id: keyId, values, opened },
          unopened_rows: unopenedRows,
        })),
      },
      text: [table, ...(isSound ? ['Every stored secret opens.'] : faults)].join('\n\n'),
      exitCode: isSound ? 0 : 1,
    };
  },
};

function describeFault({ place, keyId, values, opened, unopenedRows }: OpenedCount): string {
  const unopened = values - opened;
  const key = keyId === null ? 'no key that is named' : `the key ${keyId}`;
  const rest = unopened > unopenedRows.length ? ', …' : '';
  return `${counted(unopened, 'value')} of ${place} under ${key} cannot be opened. Rows: ${unopenedRows.join(', ')}${rest}`;
}
