import type { Channel } from '../../contract/api.ts';
import { isBroken } from './channel-order.ts';
import { findProblems, listEdits, type Problem } from './draft.ts';
import type { FieldProblem } from './problems.ts';
import { canSave, isEditable, type SettingsState } from './settings-state.ts';

/** One thing that is left to do, or that is wrong. */
export type Left =
  | { kind: 'access' }
  | { kind: 'conflict' }
  | { kind: 'connect' }
  | { kind: 'problem'; problem: Problem }
  | { kind: 'refused'; problem: FieldProblem }
  | { kind: 'channel'; channel: Channel }
  | { kind: 'sync' }
  | { kind: 'undelivered'; channel: Channel }
  | { kind: 'save' };

/** The kinds that keep Save from being pressed, in the order in which they are told. */
const BLOCKING: readonly Left['kind'][] = ['access', 'conflict', 'connect', 'problem'];

/** Everything that is left to do or wrong, the most urgent first. Nothing else may say that all is well. */
export function whatIsLeft(state: SettingsState): Left[] {
  const { saved, edits, conflict, fieldProblems } = state;
  if (!saved) return [];
  const isAdmin = isEditable(state);
  const left: Left[] = [];
  if (saved.install.state !== 'active' || state.reauthorizeUrl) left.push({ kind: 'access' });
  if (isAdmin && conflict) left.push({ kind: 'conflict' });
  if (isAdmin) {
    for (const problem of findProblems(saved, edits)) left.push({ kind: 'problem', problem });
    for (const problem of fieldProblems) left.push({ kind: 'refused', problem });
    if (saved.channels.length === 0) left.push({ kind: 'connect' });
  }
  for (const channel of saved.channels) {
    if (isBroken(channel.status)) left.push({ kind: 'channel', channel });
  }
  if (saved.sync.state === 'failed') left.push({ kind: 'sync' });
  for (const channel of saved.channels) {
    if (channel.messages.undelivered > 0) left.push({ kind: 'undelivered', channel });
  }
  if (canSave(state, true)) left.push({ kind: 'save' });
  return left;
}

/** Why Save cannot be pressed although something waits for it; undefined if it can. */
export function whySaveRests(state: SettingsState): Left | undefined {
  return whatIsLeft(state).find(({ kind }) => BLOCKING.includes(kind));
}

/** How many changes wait for Save: what was edited, and channels that were never saved. */
export function countUnsaved({ saved, edits }: SettingsState): number {
  const fresh = saved?.channels.filter((channel) => !channel.is_saved) ?? [];
  return listEdits(edits).length + fresh.length;
}
