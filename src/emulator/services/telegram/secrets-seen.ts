import type { Call } from './call.ts';
import { telegramState } from './state.ts';

/** Shorter ones would be found by chance. */
const SECRET_LEAST = 8;

/**
 * Notes where a bot sends a secret: its own token or one of Kommo's inside a link, a text or a file's name. What
 * a client gets must hold none.
 */
export function noteSecrets({ world, bot, method, parameters }: Call): void {
  if (!/^(send|edit|answer)/.test(method)) return;
  const { integrations, channels, grants } = world.state;
  const named: [string, string][] = [
    ['bot token', bot.token],
    ...integrations.map(({ client_secret }): [string, string] => ['client secret', client_secret]),
    ...channels.map(({ secret }): [string, string] => ['channel secret', secret]),
    ...grants.flatMap(({ access_token, refresh_token }): [string, string][] => [
      ['access token', access_token],
      ['refresh token', refresh_token],
    ]),
  ];
  const values: [string, string][] = [
    ...Object.entries(parameters.values),
    ...[...parameters.files].map(([name, upload]): [string, string] => [name, upload.name]),
  ];
  for (const [parameter, value] of values) {
    for (const [secret, text] of named) {
      if (text.length < SECRET_LEAST || !value.includes(text)) continue;
      telegramState(world).secrets_seen.push({ bot: bot.username, method, parameter, secret });
    }
  }
}
