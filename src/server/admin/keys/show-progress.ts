import { compareSecretKeys } from '../../platform/database/key-checks.ts';
import type { Command } from '../command.ts';
import { counted, renderList } from '../render.ts';
import { countByKey } from './rows.ts';

export const showProgressCommand: Command = {
  words: 'keys progress',
  operands: [],
  options: [],
  about: 'Counts how many stored secrets are sealed by which key.',
  run: async ({ db, secrets, config }) => {
    const ids = config.secretKeys.map(({ id }) => id);
    const { remembered } = await compareSecretKeys(db, secrets, ids);
    const places = await countByKey(db);
    const keyIds = [...new Set([...ids, ...remembered, ...places.map(({ keyId }) => keyId)])];
    const keys = keyIds.map((id) => ({
      id,
      values: places
        .filter(({ keyId }) => keyId === id)
        .reduce((sum, { values }) => sum + values, 0),
      isFirst: id === secrets.writeKeyId,
      isGiven: id !== null && ids.includes(id),
    }));
    const stale = keys
      .filter(({ isFirst }) => !isFirst)
      .reduce((sum, { values }) => sum + values, 0);
    return {
      json: {
        keys: keys.map(({ id, values, isFirst, isGiven }) => ({
          ...{ id, values, is_first: isFirst, in_secret_keys: isGiven },
        })),
        places: places.map(({ place, keyId, values }) => ({ place, key_id: keyId, values })),
      },
      text: [
        renderList(
          ['Key', 'Values', 'First', 'In SECRET_KEYS'],
          keys.map(({ id, values, isFirst, isGiven }) => [id, values, isFirst, isGiven]),
          { none: 'There are no keys.' },
        ),
        renderList(
          ['Place', 'Key', 'Values'],
          places.map(({ place, keyId, values }) => [place, keyId, values]),
          { none: 'Nothing is sealed.' },
        ),
        stale === 0
          ? 'Everything is sealed by the first key.'
          : `Under another key than the first: ${counted(stale, 'value')}. What is kept is sealed again in the background, or by keys rotate; sign-ins, codes and messages keep their key until they are gone.`,
      ].join('\n\n'),
    };
  },
};
