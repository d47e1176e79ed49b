import {
  type AttemptReason,
  attemptReason,
  type StatusReason,
  statusReason,
  type UndeliveredReason,
  undeliveredReason,
} from './api.ts';
import { ERROR_STATUS, type ErrorCode } from './errors.ts';

/** The pages of help the backend has, at `GET /help/:topic?lang=…`. */
export const HELP_TOPICS = [
  'start',
  'telegram',
  'whatsapp',
  'slack',
  'own-service',
  'sign-in',
  'messages',
  'troubleshooting',
] as const;
export type HelpTopic = (typeof HELP_TOPICS)[number];

/**
 * Failures that only the widget sees. `unreachable`: no answer, for want of a network or a backend. `session_ended`:
 * Kommo gave no token because its own session is over. `unexpected`: the answer is not the backend's.
 */
export const LOCAL_ERRORS = ['unreachable', 'session_ended', 'unexpected'] as const;
export type LocalErrorCode = (typeof LOCAL_ERRORS)[number];

/** What went wrong. One word has one meaning wherever it comes from. */
export type HelpAnchor =
  | ErrorCode
  | LocalErrorCode
  | StatusReason
  | AttemptReason
  | UndeliveredReason;

/** Each has its place on the page `troubleshooting`, under its own name. */
export const HELP_ANCHORS: readonly HelpAnchor[] = [
  ...new Set<HelpAnchor>([
    ...(Object.keys(ERROR_STATUS) as ErrorCode[]),
    ...LOCAL_ERRORS,
    ...statusReason.options,
    ...attemptReason.options,
    ...undeliveredReason.options,
  ]),
];
