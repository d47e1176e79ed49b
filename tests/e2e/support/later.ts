/**
 * Loaded into a process before anything else (`node --import`): there it is later than on this machine, by
 * the milliseconds in `LATER_BY_MS`. Its timers run at their own pace.
 */
const laterByMs = Number(process.env.LATER_BY_MS);
const now = Date.now;

Date.now = () => now() + laterByMs;
globalThis.Date = new Proxy(Date, {
  construct: (target, parts, newTarget) =>
    Reflect.construct(target, parts.length === 0 ? [target.now()] : parts, newTarget),
});
