// @ts-check
/**
 * `APP.data.current_list`: the rows of the open list as a Backbone collection. Documented are `id`, `name` and `checked`
 * (https://www.amocrm.ru/developers/content/web_sdk/env_variables), in public widgets `is_checked` and `element_type` occur;
 * the names of the columns are an assumption.
 */
import { backbone } from './backbone.js';
import { TYPE_OF_KIND } from './element-types.js';
import { boot } from './page.js';

const LIST_KINDS = { llist: 'leads', clist: 'contacts', culist: 'customers', tlist: 'todo' };

/** @type {import('./backbone.js').Collection | undefined} */
let rows;

export function currentList() {
  const kind = LIST_KINDS[/** @type {keyof typeof LIST_KINDS} */ (boot.area)];
  const entities = boot.entities.filter((entity) => entity.kind === kind);
  rows = new (backbone().Collection)(entities.map(rowOf));
  return rows;
}

/** @param {import('../types.d.ts').Entity} entity */
function rowOf(entity) {
  return {
    id: entity.id,
    name: entity.name,
    element_type: TYPE_OF_KIND[entity.kind],
    main_user_id: entity.responsibleId,
    checked: false,
    is_checked: false,
    ...(entity.price !== undefined && { price: entity.price }),
    ...(entity.stageId !== undefined && { status_id: entity.stageId }),
    ...(entity.pipelineId !== undefined && { pipeline_id: entity.pipelineId }),
  };
}

/**
 * To call when a row is ticked or not any more.
 * @param {number} id
 * @param {boolean} isChecked
 */
export function markRow(id, isChecked) {
  const row = rows?.get(id);
  row?.set('checked', isChecked);
  row?.set('is_checked', isChecked);
}
