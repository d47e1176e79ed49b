// @ts-check
/** @typedef {import('../shell/life.js').Area} Area */

/** A page needs one area's code, so each is loaded on demand. */
const card = (/** @type {string} */ location) => async () => {
  const { drawCard, runCard } = await import('./card.js');
  return { draw: drawCard, run: runCard, locations: [location] };
};

const list = (/** @type {string} */ location) => async () => {
  const { drawList, runList } = await import('./list.js');
  return { draw: drawList, run: runList, locations: [location] };
};

/** @type {Record<import('../types.d.ts').AreaName, () => Promise<Area>>} */
const AREAS = {
  async settings() {
    const { drawSettings, runSettings } = await import('./settings.js');
    return { draw: drawSettings, run: runSettings, locations: ['settings'] };
  },
  async advanced_settings() {
    const { drawAdvanced, runAdvanced } = await import('./advanced.js');
    return { draw: drawAdvanced, run: runAdvanced, locations: ['advanced_settings'] };
  },
  lcard: card('lcard'),
  ccard: card('ccard'),
  comcard: card('comcard'),
  cucard: card('cucard'),
  llist: list('llist'),
  clist: list('clist'),
  culist: list('culist'),
  tlist: list('tlist'),
  async tline() {
    const { drawTodoLine, runTodo } = await import('./todo.js');
    return { draw: drawTodoLine, run: runTodo, locations: ['tline'] };
  },
  async tcalendar() {
    const { drawTodoCalendar, runTodo } = await import('./todo.js');
    return { draw: drawTodoCalendar, run: runTodo, locations: ['tcalendar'] };
  },
  async catalogs() {
    const { drawCatalog, runCatalog } = await import('./catalog.js');
    return { draw: drawCatalog, run: runCatalog, locations: ['catalogs'] };
  },
  async digital_pipeline() {
    const { drawPipeline, runPipeline } = await import('./pipeline.js');
    const locations = ['digital_pipeline', 'lead_sources'];
    return { draw: drawPipeline, run: runPipeline, locations };
  },
  async salesbot_designer() {
    const { drawSalesbot, runSalesbot } = await import('./salesbot.js');
    return { draw: drawSalesbot, run: runSalesbot, locations: ['salesbot_designer'] };
  },
  async mobile_card() {
    const { drawMobileCard } = await import('./mobile-card.js');
    return { draw: drawMobileCard, run: () => undefined, locations: [] };
  },
  async widget_page() {
    const { drawMenuPage, runMenuPage } = await import('./menu-page.js');
    return { draw: drawMenuPage, run: runMenuPage, locations: ['widget_page'] };
  },
};

/**
 * @param {import('../types.d.ts').AreaName} name
 * @returns {Promise<Area>}
 */
export function loadArea(name) {
  return AREAS[name]();
}
