import { createRequire } from 'node:module';
import { controlTemplates } from '../../../src/emulator/page/host/control-templates.ts';

/** The page's own Twig, 0.8.9 as in Kommo. */
const Twig = createRequire(import.meta.url)('twig') as {
  twig(options: { data: string }): { render(params: object): string };
};

type Attributes = Record<string, string>;

let render: (name: string, params?: object) => string;

beforeAll(async () => {
  const address = new URL(
    '../../../src/emulator/page/browser/sdk/twig-extensions.js',
    import.meta.url,
  );
  const { extendTwig } = (await import(address.href)) as {
    extendTwig(twig: object, render: object, text: (key: string) => string): void;
  };
  const templates = new Map(
    Object.entries(await controlTemplates()).map(([name, data]) => [name, Twig.twig({ data })]),
  );
  render = (name, params = {}) => {
    const template = templates.get(name);
    if (template === undefined) throw new Error(`no template ${name}`);
    return template.render({ ...params });
  };
  extendTwig(Twig, render, (key) => (key === 'nMore' ? '%s more' : `(${key})`));
});

/** Attributes of the elements with this tag name, in their order. */
function elements(html: string, tag: string): Attributes[] {
  return [...html.matchAll(new RegExp(`<${tag}((?:\\s[^<>]*?)?)>`, 'g'))].map(([, inside = '']) =>
    Object.fromEntries(
      [...inside.matchAll(/([\w-]+)(?:="([^"]*)")?/g)].map(([, name = '', value = '']) => [
        name,
        value.trim().replace(/\s+/g, ' '),
      ]),
    ),
  );
}

/** The text that a reader sees. */
const text = (html: string) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

const title = (html: string) =>
  [
    ...html.matchAll(/<div class="checkboxes_dropdown__title-item"[^>]*>([^<]*(?:<b>.*?<\/b>)?)/g),
  ].map(([, part]) => part);

const FRUIT = [
  { id: 'a', option: 'Apples' },
  { id: 'b', option: 'Bananas' },
  { id: 'c', option: 'Cherries' },
];
const ticked = (...ids: string[]) =>
  FRUIT.map((item) => ({ ...item, is_checked: ids.includes(item.id) }));

describe('A control drawn without parameters', () => {
  test('is drawn, without a word of Twig in it', async () => {
    for (const name of Object.keys(await controlTemplates())) {
      const html = render(name);
      expect(`${name}: ${html}`).not.toMatch(/undefined|\[object|\{[{%]|NaN|"null"/);
      expect(html).toMatch(/^<\w+ /);
    }
  });

  test('does not mind parameters that it does not know', async () => {
    for (const name of Object.keys(await controlTemplates())) {
      expect(render(name, { block: 'tasks', code: 'text', unheard: { of: [1] } })).toBe(
        render(name),
      );
    }
  });
});

describe('button', () => {
  test('has the text, the colour, the marks and the attributes it is given', () => {
    const html = render('button', {
      text: 'Save',
      name: 'go',
      id: 'save_it',
      class_name: 'js-go',
      inner_class_name: 'wide',
      blue: true,
      tab_index: 3,
      title: 'save',
      additional_data: 'data-kind="main"',
    });
    expect(elements(html, 'button')).toEqual([
      {
        type: 'button',
        class: 'button-input button-input_blue js-go',
        id: 'save_it',
        name: 'go',
        tabindex: '3',
        title: 'Save',
        'data-kind': 'main',
      },
    ]);
    expect(elements(html, 'span').map((span) => span.class)).toEqual([
      'button-input-inner wide',
      'button-input-inner__text',
    ]);
  });

  test('is marked as disabled by its class, and can be plain or of another type', () => {
    const [button] = elements(render('button', { type: 'submit', disabled: true }), 'button');
    expect(button).toMatchObject({ type: 'submit', class: 'button-input button-input-disabled' });
    expect(button).not.toHaveProperty('disabled');
    expect(render('button', { plain: true, text: 'x' })).not.toContain('button-input-inner ');
  });

  test('has a menu if it is given one', () => {
    const html = render('button', {
      text: 'More',
      class_name: 'outside',
      button_input_class_name: 'inside',
      context_menu: [
        { text: 'Copy', id: 'copy' },
        { text: 'Open', href: '/leads/', _blank: true },
      ],
    });
    expect(elements(html, 'div')[0]?.class).toBe('button-input-wrapper outside');
    expect(elements(html, 'button')[0]?.class).toBe('button-input button-input-with-menu inside');
    expect(elements(html, 'li').map(({ id }) => id)).toEqual(['copy', undefined]);
    expect(elements(html, 'a')).toMatchObject([{ href: '/leads/', target: '_blank' }]);
  });

  test('that cancels says so in the language of the user unless it is given a text', () => {
    expect(text(render('cancel_button'))).toContain('(cancel)');
    expect(text(render('cancel_button', { text: 'Never mind' }))).toContain('Never mind');
    expect(elements(render('cancel_button', { hidden: true }), 'button')[0]?.style).toBe(
      'display: none',
    );
  });

  test('that deletes is a span with the picture of a bin', () => {
    const html = render('delete_button', { text: 'Remove', id: 'bin', class_name: 'js-bin' });
    expect(elements(html, 'span')).toMatchObject([
      { class: 'button-delete js-bin', id: 'bin' },
      { class: 'icon icon-delete-trash' },
    ]);
    expect(text(html)).toContain('Remove');
  });
});

describe('select', () => {
  const shown = (params: object) => {
    const html = render('select', { items: FRUIT, name: 'fruit', ...params });
    const [button] = elements(html, 'button');
    const [input] = elements(html, 'input');
    const inner = /control--select--button-inner">([^<]*)/.exec(html)?.[1];
    const chosen = elements(html, 'li').filter((item) => item.class?.includes('item-selected'));
    return { value: input?.value, button: button?.['data-value'], inner, chosen: chosen.length };
  };

  test('shows the selected item, else the first, else nothing', () => {
    expect(shown({ selected: 'b' })).toEqual({
      value: 'b',
      button: 'b',
      inner: 'Bananas',
      chosen: 1,
    });
    expect(shown({})).toMatchObject({ value: 'a', inner: 'Apples', chosen: 1 });
    expect(shown({ selected: 'gone' })).toMatchObject({ value: 'a', inner: 'Apples', chosen: 1 });
    expect(shown({ items: [] })).toEqual({ value: '', button: '', inner: '', chosen: 0 });
    expect(shown({ items: [FRUIT[2]] })).toMatchObject({ value: 'c', inner: 'Cherries' });
  });

  test('compares numbers with their texts, and takes the option where there is no id', () => {
    const items = [{ id: 1, option: 'One' }, { id: 2, option: 'Two' }, { option: 'Three' }];
    expect(shown({ items, selected: '2' })).toMatchObject({ value: '2', inner: 'Two' });
    expect(shown({ items, selected: 'Three' })).toMatchObject({ value: 'Three', inner: 'Three' });
  });

  test('gives its id to the hidden input and its classes to the parts', () => {
    const html = render('select', {
      items: [{ id: 1, option: '<b>One</b>', disabled: true, class_name: 'mine' }],
      id: 'fruit_list',
      class_name: 'subs_w',
      button_class_name: 'js-button',
      disabled: true,
    });
    expect(elements(html, 'input')[0]).toMatchObject({ type: 'hidden', id: 'fruit_list' });
    expect(elements(html, 'div')[0]?.class).toBe('control--select subs_w');
    expect(elements(html, 'button')[0]).toMatchObject({
      class: 'control--select--button js-button',
      disabled: 'Y',
    });
    expect(elements(html, 'li')[0]).toMatchObject({
      'data-value': '1',
      'data-disabled': 'disabled',
    });
    // Options are markup unless the widget asks for the opposite.
    expect(html).toContain('title="One"><b>One</b>');
    expect(render('select', { items: [{ option: '<b>' }], need_escape: true })).toContain(
      '&lt;b&gt;',
    );
  });
});

describe('checkboxes_dropdown', () => {
  const both = ['checkboxes_dropdown', 'checkboxes_dropdown/values_title'];
  const boxes = (html: string) =>
    elements(html, 'input').filter((input) => input.class === 'js-item-checkbox');

  test('says that nothing is ticked in the words of the widget, else that all is meant', () => {
    for (const name of both) {
      expect(title(render(name, { items: FRUIT, title_empty: 'Choose' }))).toEqual(['Choose']);
      expect(title(render(name, { title_empty: 'Choose' }))).toEqual(['Choose']);
      expect(title(render(name, { items: FRUIT }))).toEqual(['(all)']);
      expect(title(render(name, { items: FRUIT, title_numeral: 'fruit,fruits' }))).toEqual([
        '(all) fruits',
      ]);
    }
  });

  test('names what is ticked when it is drawn', () => {
    for (const name of both) {
      const params = { title_empty: 'Choose', title_numeral: 'fruit,fruits' };
      expect(title(render(name, { ...params, items: ticked('b') }))).toEqual(['Bananas']);
      expect(title(render(name, { ...params, items: ticked('a', 'c') }))).toEqual([
        'Apples',
        'Cherries',
      ]);
    }
  });

  test('says "all" in short if it has the word for it; values_title names them still', () => {
    const params = { items: ticked('a', 'b', 'c'), title_numeral: 'fruit,fruits,fruits' };
    expect(title(render('checkboxes_dropdown', params))).toEqual(['(all) fruits']);
    expect(title(render('checkboxes_dropdown/values_title', params))).toHaveLength(3);
    expect(title(render('checkboxes_dropdown', { items: params.items }))).toHaveLength(3);
  });

  test('names five and counts the rest', () => {
    const items = Array.from({ length: 8 }, (_, n) => ({
      id: n,
      option: `Item ${n}`,
      is_checked: n < 7,
    }));
    expect(title(render('checkboxes_dropdown', { items })).at(-1)).toBe('2 more');
  });

  test('names the boxes after the items, else after the control', () => {
    const items = [
      { id: 1, option: 'One', name: 'params[one]' },
      { id: 2, option: 'Two', prefix: 'second' },
    ];
    expect(boxes(render('checkboxes_dropdown', { items, name: 'params[all]' }))).toMatchObject([
      { name: 'params[one]', value: '1', id: 'cbx_drop_1' },
      { name: 'params[all]', value: '2', id: 'cbx_drop_second' },
    ]);
    const array = render('checkboxes_dropdown', { items, name: 'all', name_is_array: true });
    expect(boxes(array).map(({ name }) => name)).toEqual(['params[one]', 'all[]']);
    expect(boxes(render('checkboxes_dropdown', { items, name: 'all[]' }))[1]?.name).toBe('all[]');
  });

  test('takes an object of items, and a function that says what is ticked', () => {
    const items = {
      first: { id: 1, option: 'One', is_checked: () => true },
      second: { id: 2, option: 'Two', is_checked: () => false },
    };
    const html = render('checkboxes_dropdown', { items });
    expect(title(html)).toEqual(['One']);
    expect(boxes(html).map((box) => 'checked' in box)).toEqual([true, false]);
  });

  test('cannot be opened if it is disabled', () => {
    const html = render('checkboxes_dropdown', { items: FRUIT, disabled: true });
    expect(html).toContain('js-checkboxes_dropdown_disabled');
  });
});

describe('checkbox', () => {
  test('is ticked, small and labelled as it is told', () => {
    const html = render('checkbox', {
      name: 'letter',
      id: 'letter_box',
      value: 'Y',
      checked: true,
      small: true,
      disabled: true,
      text: 'A letter',
      note_text: 'weekly',
      class_name: 'outer',
      input_class_name: 'inner',
      text_class_name: 'words',
    });
    expect(elements(html, 'label')[0]?.class).toBe(
      'control-checkbox outer control-checkbox_small is-checked',
    );
    expect(elements(html, 'input')[0]).toMatchObject({
      name: 'letter',
      id: 'letter_box',
      value: 'Y',
      class: 'inner',
      checked: 'checked',
      disabled: 'disabled',
    });
    expect(html).toContain('control-checkbox__text element__text words');
    expect(text(html)).toContain('A letter weekly');
  });

  test('has a name of several values if it is told so', () => {
    expect(
      elements(render('checkbox', { name: 'a', name_is_array: 'yes' }), 'input')[0]?.name,
    ).toBe('a[]');
  });
});

describe('The other controls', () => {
  test('a radio button is one button with its label', () => {
    const html = render('radio', {
      name: 'size',
      value: 's',
      id: 'size_s',
      label: 'Small',
      selected: true,
    });
    expect(elements(html, 'label')[0]).toMatchObject({
      class: 'control-radio__label',
      for: 'size_s',
      title: 'Small',
    });
    expect(elements(html, 'input')).toMatchObject([
      { type: 'radio', name: 'size', value: 's', id: 'size_s', checked: '' },
    ]);
    expect(elements(render('radio', { label: 'x', disabled: true }), 'input')[0]).toHaveProperty(
      'disabled',
    );
  });

  test('an input has no text where it has no value', () => {
    for (const value of [undefined, null, '']) {
      expect(elements(render('input', { value }), 'input')[0]?.value).toBe('');
    }
    const [input] = elements(
      render('input', {
        value: 0,
        type: 'email',
        max_length: 20,
        readonly: true,
        style: { width: '50px', color: 'red' },
        styled_input: true,
        class_name: 'mine',
      }),
      'input',
    );
    expect(input).toMatchObject({
      value: '0',
      type: 'email',
      maxlength: '20',
      readonly: 'readonly',
      style: 'width:50px;color:red;',
      class: 'mine',
    });
  });

  test('a text area can be read only, limited or disabled', () => {
    const html = render('textarea', {
      name: 'note',
      value: 'Two\nlines',
      maxlength: 100,
      readonly: true,
      disabled: true,
    });
    expect(elements(html, 'textarea')[0]).toMatchObject({
      class: 'text-input text-input-textarea',
      maxlength: '100',
      readonly: 'readonly',
      disabled: 'disabled',
    });
    expect(html).toContain('>Two\nlines</textarea>');
  });

  test('a date has one input; a range has two more, hidden, for its ends', () => {
    const single = render('date_field', { name: 'day', placeholder: 'Day' });
    expect(elements(single, 'input')).toMatchObject([
      { type: 'text', name: 'day', class: 'date_field empty', placeholder: 'Day' },
    ]);
    const range = render('date_field', { type: 'range', name: { from: 'since', to: 'until' } });
    expect(elements(range, 'input').map(({ name, class: c }) => [name, c])).toEqual([
      ['since', 'date_field__range_0'],
      ['until', 'date_field__range_1'],
      [undefined, 'date_field empty range'],
    ]);
  });

  test('a suggest shows the item that is selected by its id', () => {
    const items = [
      { id: 1, value: 'Cat', custom_class: 'soft' },
      { id: 2, value: 'Dog' },
    ];
    const html = render('suggest', { name: 'animal', items, selected: 2 });
    expect(elements(html, 'input')[0]).toMatchObject({ value: 'Dog', 'data-value-id': '2' });
    expect(elements(html, 'li').map((item) => item['data-value-id'])).toEqual(['1', '2']);
    expect(elements(render('suggest', { items: [{ value: '00:30' }] }), 'li')[0]).toMatchObject({
      'data-value-id': '00:30',
    });
  });

  test('a suggest with an address asks a server and keeps what is typed', () => {
    const ajax = { url: '/private/ajax/search.php', params: 'contacts=all&q=#q#' };
    const [input] = elements(render('suggest', { ajax, selected: 'Ana', value_id: 7 }), 'input');
    expect(input).toMatchObject({
      value: 'Ana',
      'data-value-id': '7',
      'data-url': ajax.url,
      'data-params': ajax.params,
    });
    expect(input?.class).toContain('js-control--suggest--input-ajax');
  });

  test('a multiselect is a list of the browser, a file its own input', () => {
    const values = [
      { id: 1, value: 'One' },
      { id: 2, value: 'Two' },
    ];
    const html = render('multiselect', { name: 'some', values, selected: 2 });
    expect(elements(html, 'select')[0]).toMatchObject({ multiple: '', name: 'some' });
    expect(elements(html, 'option')).toEqual([{ value: '1' }, { value: '2', selected: '' }]);
    expect(elements(render('file', { name: 'scan', class: 'js-scan' }), 'input')[0]).toMatchObject({
      type: 'file',
      name: 'scan',
      class: 'js-scan',
    });
  });

  test('a switcher has the class it is given', () => {
    const html = render('switcher', { checked: true, custom_class_name: 'green', id: 'on_off' });
    expect(elements(html, 'label')[0]).toEqual({
      class: 'switcher switcher__on green',
      for: 'on_off',
    });
    expect(elements(html, 'input')[0]).toMatchObject({ id: 'on_off', value: 'Y', checked: '' });
  });

  test('the pipelines show the selected one, else the first, else nothing', () => {
    const items = [
      { id: 7001, name: 'Sales' },
      { id: 7002, name: 'Service' },
    ];
    const shown = (params: object) =>
      /button-inner">([^<]*)/.exec(render('pipeline_select/index', params))?.[1];
    expect(shown({ items, selected: 7002 })).toBe('Service');
    expect(shown({ items })).toBe('Sales');
    expect(shown({ items: [] })).toBe('');
  });
});

test("a widget's own template may use Kommo's filters and controls", () => {
  const template = Twig.twig({
    data: "{{ 'Save'|i18n }} {{ 'lead,leads,leads'|numeral('all') }} {{ include_control('input', { name: 'inner' }) }}",
  });
  const html = template.render({});
  expect(html).toContain('Save leads');
  expect(elements(html, 'input')[0]?.name).toBe('inner');
});
