import { z } from 'zod';

/** The kinds of variables in the environment. The text of each fault continues the variable's name. */

const PLACEHOLDER =
  /^(change-?me.*|secret|password|placeholder|example|to-?do|none|null|undefined|x{3,}|0+|(your|my|the|insert|replace|put)[-_ ].*|<.*>|\$\{.*\}|\.{3})$/i;

/** Kommo's secrets have 40 characters or more; one near this length was cut in copying. */
const SHORTEST_SECRET = 32;

export const text = z.string({ error: 'is not set' });

const chosenText = text.refine((value) => !PLACEHOLDER.test(value), 'still holds a placeholder');

/** A value that is sent in URLs and headers: visible characters without spaces. */
export const identifier = chosenText.pipe(
  z.string().regex(/^[A-Za-z0-9._:-]{1,255}$/, 'may hold letters, digits and . _ : - only'),
);

export const secret = chosenText.pipe(
  z
    .string()
    .min(
      SHORTEST_SECRET,
      `is too short to be the real secret (${SHORTEST_SECRET} characters at least)`,
    ),
);

/** What a machine proves itself with in an `Authorization` header. */
export const bearerToken = chosenText.pipe(
  z.string().regex(/^[!-~]{16,256}$/, 'must have 16 to 256 visible characters without spaces'),
);

/** Base address of a service; comes out without trailing slashes. */
export const serviceAddress = text
  .refine((value) => {
    const url = URL.parse(value);
    return url !== null && /^https?:$/.test(url.protocol) && isPlain(url);
  }, 'must be an http or https address without user, query and fragment')
  .transform((value) => value.replace(/\/+$/, ''));

export function integer(fallback: number, low: number, high: number) {
  const error = `must be a whole number from ${low} to ${high}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, error)
    .transform(Number)
    .pipe(z.number().min(low, error).max(high, error))
    .default(fallback);
}

/** A time in seconds, which may have a fraction. */
export function seconds(fallback: number, low: number, high: number) {
  const error = `must be a number from ${low} to ${high}`;
  return z
    .string()
    .regex(/^\d{1,6}(?:\.\d{1,3})?$/, error)
    .transform(Number)
    .pipe(z.number().min(low, error).max(high, error))
    .default(fallback);
}

export function choice<const Choices extends readonly string[]>(...choices: Choices) {
  return z.enum(choices, `must be one of ${choices.join(', ')}`);
}

/** Whether an address names a place only: no user, query or fragment. */
export function isPlain(url: URL): boolean {
  return url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|([a-z0-9-]+\.)+localhost)$/;

/** Whether a URL's host name can only mean this machine. */
export function isLoopbackHost(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}
