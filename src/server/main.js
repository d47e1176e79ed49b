import { enableCompileCache, flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

// JavaScript, alone in this folder: what takes the types out of TypeScript needs 15 MB, which a process that finds its
// files compiled never loads.

/**
 * Where memory is plenty, V8 lets garbage grow to four times what is in use before it cleans up: hundreds of
 * megabytes with a few hundred open dialogs. Half as much again costs hardly any time.
 */
setFlagsFromString('--heap-growing-percent=50');

/**
 * The space for new objects would grow to 32 MB while the modules are loaded, and keep that size in a process with little
 * to do. It stays at its first size until there is work: a busy process that clears it too often is slow.
 */
setFlagsFromString('--semi-space-growth-factor=1');
const LOOK_EVERY_MS = 1_000;
const BUSY = 0.2;

/**
 * What became of our files, without types and compiled, is kept for the next start, which takes half the time. Among our own
 * files: in the system's temporary folder others could leave code for us. Where nobody may write, each start compiles.
 * NODE_COMPILE_CACHE names another folder, NODE_DISABLE_COMPILE_CACHE turns it off.
 */
const COMPILED = fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url));
if (process.env.NODE_COMPILE_CACHE === undefined) enableCompileCache(COMPILED);

// Only what is imported after that is kept.
const { runServer } = await import('./run-server.ts');

// Now and not at the end: what has run by then would be kept as well, and take twice the memory in each process. And a
// process that is killed leaves it, too. Later there is nothing left to write.
flushCompileCache();

// For images and installations: whoever runs the backend may not be allowed to write among its files.
if (!process.argv.includes('--compile-only')) {
  await runServer();
  growOnceBusy();
}

function growOnceBusy() {
  let before = performance.eventLoopUtilization();
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    if (utilization < BUSY) return;
    setFlagsFromString('--semi-space-growth-factor=2');
    clearInterval(timer);
  }, LOOK_EVERY_MS);
  timer.unref();
}
