import { hostNames, namesGivenIn } from '../../../src/emulator/page/browser/core/host-names.js';

describe('names of the host in a selector', () => {
  test('are those that begin as only the host begins its own', () => {
    expect(hostNames('#work_area .content__top > .my-page', 'shop')).toEqual([
      'work_area',
      'content__top',
    ]);
    expect(hostNames('.digital-pipeline__short-task_widget-style_shop', 'shop')).toHaveLength(1);
    expect(hostNames('.my-page input[name=card-number]', 'shop')).toEqual([]);
  });

  test('are not those of a shared beginning that carry the code of the widget', () => {
    expect(hostNames('.js-shop-send, .js-list-export', 'shop')).toEqual(['js-list-export']);
  });
});

describe('names that a widget gives to its own markup', () => {
  test.each([
    [`'<div class="js-own card-own">'`, ['js-own', 'card-own']],
    [`"<div id=\\"list-own\\">"`, ['list-own']],
    [`{ class_name: 'js-own' }`, ['js-own']],
    [`$row.addClass('js-own is-on')`, ['js-own', 'is-on']],
    [`row.classList.add('js-own')`, ['js-own']],
    [`row.className = 'js-own'`, ['js-own']],
    [`$('.js-host').hide()`, []],
  ])('%s', (source, names) => {
    expect(namesGivenIn(source)).toEqual(names);
  });
});
