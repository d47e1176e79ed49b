// @ts-check
import { warn } from './log.js';
import { boot } from './page.js';

/**
 * Lets a module in a folder of the widget ask for `./lib/other.js` from the widget's own folder. Modules beside the one that
 * asks come first, as in the vendor's tutorial widget; a sample of the vendor's page needs the other reading
 * (https://www.amocrm.ru/developers/content/integrations/script_js, settings outside script.js).
 */
export function findModulesFromWidgetFolder() {
  const load = window.requirejs.load;
  window.requirejs.load = (context, name, address) => {
    const found = atWidgetFolder(address);
    if (found === undefined) {
      load(context, name, address);
      return;
    }
    warn('modules', `${found.asked} is not there: ${found.path} of the widget's folder is taken`);
    // A second name for one module, so that both sides share its state.
    window.define(name, [found.address], (value) => value);
    context.completeLoad(name);
  };
}

/** @param {string} address */
function atWidgetFolder(address) {
  const folder = `${boot.widget?.folder ?? ''}/`;
  if (!boot.widget || !address.startsWith(folder)) return undefined;
  const [asked = '', ...query] = address.slice(folder.length).split('?');
  const { files } = boot.widget;
  if (files.includes(asked)) return undefined;
  const steps = asked.split('/');
  for (let at = 1; at < steps.length; at += 1) {
    const path = steps.slice(at).join('/');
    // A lone file name would match too much.
    if (steps.length - at > 1 && files.includes(path)) {
      return { asked, path, address: [folder + path, ...query].join('?') };
    }
  }
  return undefined;
}
