// @ts-check
/** Starts the page: loader, globals, frame and area, then the widget. A fault of the widget does not break the page. */
import { loadArea } from './areas/areas.js';
import { createApp } from './core/app.js';
import { logEntries, logSent } from './core/log.js';
import { loadHostModules } from './core/modules.js';
import { boot } from './core/page.js';
import { showArchiveProblems, watchRecord } from './core/problems.js';
import { watchPage } from './core/watch.js';
import { watchSelectors } from './core/watch-selectors.js';
import { drawPanel } from './panel/panel.js';
import { bindControls } from './sdk/controls.js';
import { offerSerializeJson } from './sdk/serialize-json.js';
import { loadControls } from './sdk/templates.js';
import { followChanges } from './shell/follow-changes.js';
import { startLife } from './shell/life.js';
import { startNoise } from './shell/noise.js';

/** The session cookie names the user now; a reload must not undo a later change of user. */
function tidyAddress() {
  const address = new URL(window.location.href);
  if (!address.searchParams.has('user')) return;
  address.searchParams.delete('user');
  history.replaceState(null, '', address);
}

async function start() {
  tidyAddress();
  const [area] = await Promise.all([loadArea(boot.area), loadHostModules()]);
  loadControls();
  watchPage(boot.widget?.code ?? '');
  watchSelectors();
  offerSerializeJson();
  createApp();
  bindControls();
  drawPanel();
  area.draw();
  watchRecord();
  showArchiveProblems(boot.widget?.problems ?? []);
  startNoise();
  followChanges();
  await startLife(area);
}

const ready = start();
window.__emulator = {
  ready,
  log: logEntries(),
  logSent,
  leaveAndReturn: async () => (await import('./shell/life.js')).leaveAndReturn(),
};
