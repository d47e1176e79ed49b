import type { World } from '../../kommo/world.ts';
import { type Given, oneOf, optional, whole } from '../given.ts';
import { ENGINES, REFUSAL_ACTIONS, type Refusal, type WahaSettings, wahaState } from './state.ts';

type Reader = (given: Given) => unknown;

const number =
  (name: keyof WahaSettings): Reader =>
  (given) => {
    const value = given[name];
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
      throw new TypeError(`${name}: a number from 0 is expected`);
    }
    return value;
  };
const flag =
  (name: keyof WahaSettings): Reader =>
  (given) => {
    if (typeof given[name] !== 'boolean') throw new TypeError(`${name}: true or false is expected`);
    return given[name];
  };
const word =
  (name: keyof WahaSettings, words: readonly string[]): Reader =>
  (given) =>
    oneOf(given, name, words);

const READERS: Record<keyof WahaSettings, Reader> = {
  engine: word('engine', ENGINES),
  base_url: ({ base_url }) => {
    if (typeof base_url !== 'string') throw new TypeError('base_url: a text is expected');
    return base_url;
  },
  file_life_seconds: number('file_life_seconds'),
  pause_factor: number('pause_factor'),
  timeout_ms: number('timeout_ms'),
  restart_ms: number('restart_ms'),
  tells_beginnings: flag('tells_beginnings'),
  answers: word('answers', ['full', 'empty']),
  answer_delay_ms: number('answer_delay_ms'),
  acks: word('acks', ['plain', 'repeated', 'out_of_order']),
  copies_of_events: number('copies_of_events'),
  sends_message_too: flag('sends_message_too'),
  media: word('media', ['plain', 'null', 'error', 'empty']),
  is_silent: flag('is_silent'),
  most_body_bytes: number('most_body_bytes'),
  most_a_minute: number('most_a_minute'),
};

/** Changes settings; the ones not named stay. @throws TypeError naming what is wrong */
export function settingsAct(world: World, given: Given): WahaSettings {
  const { settings } = wahaState(world);
  const change: Given = {};
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(READERS, name)) throw new TypeError(`${name}: there is no such setting`);
    change[name] = READERS[name as keyof WahaSettings](given);
  }
  return Object.assign(settings, change);
}

/**
 * Orders a refusal: `session` and `call` (a part of the path, `sendText`) narrow it; `action` is refuse (with `status` and
 * `message`), lose_answer (after acting), hang, reset or html; `times` (1, null for all) and `pass` (0).
 *
 * @throws TypeError
 */
export function refuseAct(world: World, given: Given): Refusal {
  const state = wahaState(world);
  const rule: Refusal = {
    id: state.next_number,
    session: optional(given, 'session') ?? null,
    call: optional(given, 'call') ?? null,
    action: oneOf(given, 'action', REFUSAL_ACTIONS) ?? 'refuse',
    status: whole(given, 'status', 500),
    message: optional(given, 'message') ?? 'Something went wrong',
    left: given.times === null ? null : whole(given, 'times', 1),
    pass: whole(given, 'pass', 0),
    hits: 0,
  };
  state.next_number += 1;
  state.refusals.push(rule);
  return rule;
}

/** Takes back one order, or all. */
export function clearRefusals(world: World, id: number | undefined): void {
  const state = wahaState(world);
  state.refusals = state.refusals.filter((rule) => id !== undefined && rule.id !== id);
}
