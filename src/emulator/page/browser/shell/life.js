// @ts-check
/** The life of a widget on one page: built when its area opens, destroyed when the user leaves it. */
import { announcePage } from '../core/app.js';
import { log, warn } from '../core/log.js';
import { $, boot, isOn } from '../core/page.js';
import { clearCardHooks } from '../sdk/card-hooks.js';
import { loadScript } from '../sdk/load-script.js';
import { whyNotHere } from '../sdk/may-run.js';
import { buildWidget, call, runFirstCallbacks } from '../sdk/run.js';
import { enterArea, situation } from '../sdk/situation.js';
import { openSettings } from '../settings/modal.js';

/** @typedef {import('../types.d.ts').Widget} Widget */
/**
 * @typedef {object} Area
 * @property {() => void} draw
 * @property {(widget: Widget | undefined) => Promise<void> | void} run after the widget's first callbacks
 * @property {string[]} locations manifest locations that run a widget here; none: no script runs
 */

/** @type {Area} */
let area;
/** @type {(() => unknown) | undefined} */
let Code;
/** @type {Widget | undefined} */
let widget;

/** @param {Area} opened */
export async function startLife(opened) {
  area = opened;
  enterArea(area.locations);
  const why = whyNot();
  if (why === '') Code = await loadScript();
  else {
    log('page', 'widget', why);
    const isUnsaved = why.includes('never saved');
    if (isUnsaved)
      warn('not saved', 'the widget runs here only after its settings were saved once');
  }
  // `self.openWidgetSettings` works on every page.
  $(document).on('emulator:open-settings', (_event, options) => {
    void openSettings({ widget, onClose: options.onClose });
  });
  await live();
}

/** Builds the area again without a page load, as Kommo's own navigation does. */
export async function leaveAndReturn() {
  if (widget && !widget.init_once) {
    await call(widget, 'destroy');
    clearCardHooks();
  }
  $('.modal').remove();
  $('#page').remove();
  area.draw();
  announcePage();
  await live();
}

async function live() {
  const isKept = widget?.init_once === true;
  if (Code && !isKept) {
    widget = buildWidget(Code);
    const runsFirst = boot.widget?.install.status !== 'install' || isOn('runBeforeInstall');
    if (widget && runsFirst) await runFirstCallbacks(widget);
  } else if (widget) {
    // An init_once widget is initialised once per session; only its drawing repeats.
    await call(widget, 'render');
  }
  await area.run(widget);
}

/** Why the widget does not run in this area; empty if it does. */
function whyNot() {
  if (area.locations.length > 0 && !boot.widget)
    return 'no widget was given to the emulator (--widget <dir or zip>)';
  return whyNotHere(situation());
}
