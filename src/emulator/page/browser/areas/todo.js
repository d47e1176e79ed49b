// @ts-check
/** Tasks as columns by day (location `tline`) and as a calendar (`tcalendar`). Widgets only appear in their sync dialog. */
import { h } from '../core/dom.js';
import { boot } from '../core/page.js';
import { text } from '../core/texts.js';
import { drawShell } from '../shell/shell.js';
import { offerSync } from './todo-sync.js';

const DAYS = 7;
const DAY_MS = 86_400_000;

export function drawTodoLine() {
  const columns = ['today', 'tomorrow'].map((day, index) =>
    h('section', { class: 'pipeline__stage', 'aria-label': text(day) }, [
      h('h2', { class: 'pipeline__caption' }, text(day)),
      ...tasks()
        .filter((_task, at) => at % 2 === index)
        .map(taskCard),
    ]),
  );
  drawShell(text('todo'), [], { list: 'todo' }).append(h('div', { class: 'pipeline' }, columns));
}

export function drawTodoCalendar() {
  const format = new Intl.DateTimeFormat(boot.language, { weekday: 'short', day: 'numeric' });
  const days = Array.from({ length: DAYS }, (_, index) => new Date(Date.now() + index * DAY_MS));
  const head = days.map((day) => h('th', { scope: 'col' }, format.format(day)));
  const cells = days.map((_day, index) =>
    h(
      'td',
      { class: 'todo-calendar__day' },
      tasks()
        .filter((_task, at) => at === index)
        .map(taskCard),
    ),
  );
  drawShell(text('calendar'), [], { list: 'todo' }).append(
    h('table', { class: 'list__table todo-calendar' }, [
      h('thead', {}, h('tr', {}, head)),
      h('tbody', {}, h('tr', {}, cells)),
    ]),
  );
}

/** @param {import('../types.d.ts').Widget | undefined} widget */
export function runTodo(widget) {
  offerSync(widget);
}

function tasks() {
  return boot.entities.filter(({ kind }) => kind === 'todo');
}

/** @param {import('../types.d.ts').Entity} task */
function taskCard(task) {
  return h('div', { class: 'digital-pipeline__item', 'data-id': task.id }, task.name);
}
