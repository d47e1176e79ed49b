import {
  compareSecretKeys,
  listOlderKeys,
  WrongSecretKeys,
} from '../../platform/database/key-checks.ts';
import { rotateNow } from '../../rotate-secret-keys.ts';
import { type Command, Refused } from '../command.ts';
import { counted } from '../render.ts';

export const rotateKeysCommand: Command = {
  words: 'keys rotate',
  operands: [],
  options: [],
  about: 'Seals what is kept anew under the first key now, as the backend does in the background.',
  run: async ({ db, secrets, config }) => {
    const first = secrets.writeKeyId;
    const ids = config.secretKeys.map(({ id }) => id);
    const { remembered, problems } = await compareSecretKeys(db, secrets, ids);
    if (problems.length > 0) throw new WrongSecretKeys(problems);
    // Backends that do not have the key could not open what is sealed with it.
    if (!remembered.includes(first)) {
      throw new Refused(
        `No backend has run with the key ${first} yet. Restart the backends with these SECRET_KEYS first. Nothing was changed.`,
      );
    }
    const { sealed, unopened, retired } = await rotateNow({ db, secrets });
    const waiting = await listOlderKeys(db, first);
    const lines = [
      `${counted(sealed, 'row')} sealed anew under the key ${first}.`,
      ...(unopened.length > 0
        ? [`Opened by no key of SECRET_KEYS, and left as they were: ${unopened.join(', ')}.`]
        : []),
      ...retired.map((id) => `No stored value needs the key ${id}: remove it from SECRET_KEYS.`),
      ...waiting.map((id) => `The key ${id} is still needed; keys progress says by what.`),
    ];
    return {
      json: { key_id: first, sealed, unopened_rows: unopened.map(String), retired, waiting },
      text: lines.join('\n'),
      exitCode: unopened.length > 0 ? 1 : 0,
    };
  },
};
