import type { World } from '../../kommo/world.ts';
import type { Call } from './call.ts';
import type { Refusal } from './entities.ts';
import { runtimeOf } from './runtime.ts';
import { SlackError } from './slack-error.ts';
import { slackState } from './state.ts';

/** How long Slack tells an app to wait that posts too fast. */
const WAIT_SECONDS = 1;

/**
 * Counts messages against the limit of one conversation, if it is switched on, in the process's own time.
 *
 * @throws SlackError `ratelimited`
 * @see https://docs.slack.dev/apis/web-api/rate-limits
 */
export function spendRate(world: World, key: string): void {
  const { per_channel: most } = slackState(world).settings;
  if (most === 0) return;
  const { rates } = runtimeOf(world);
  const second = Math.floor(performance.now() / 1000);
  const known = rates.get(key);
  const count = known?.second === second ? known.count : 0;
  if (count >= most) throw new SlackError('ratelimited', {}, WAIT_SECONDS);
  rates.set(key, { second, count: count + 1 });
}

/** The ordered refusal that this call hits, using one of its times. */
export function takeRefusal(
  world: World,
  { method, team, args }: Pick<Call, 'method' | 'args'> & { team: string | null },
): Refusal | undefined {
  const channel = args.text('channel') || args.text('channel_id');
  for (const rule of slackState(world).refusals) {
    const isHit =
      rule.left !== 0 &&
      (rule.method === null || rule.method === method) &&
      (rule.team_id === null || rule.team_id === team) &&
      (rule.channel === null || rule.channel === channel);
    if (!isHit) continue;
    if (rule.pass > 0) {
      rule.pass -= 1;
      continue;
    }
    if (rule.left !== null) rule.left -= 1;
    rule.hits += 1;
    return rule;
  }
  return undefined;
}
