import { faultsOfLook } from '../gallery/checks/look.ts';
import { NOW, type Stage } from '../gallery/stage.ts';
import { expect, stateOf, test } from './gallery-fixtures.ts';

test.beforeEach(({ stage }) => stage.page.setViewportSize({ width: 1280, height: 900 }));

/** Screens with controls of every kind. */
const SAMPLES = ['list-details', 'key-form', 'qr-pairing', 'delete-default', 'template-form'];

for (const theme of ['light', 'dark'] as const) {
  test(`whatever has the focus looks otherwise than without it, ${theme}`, async ({ stage }) => {
    for (const name of SAMPLES) {
      await stage.show(stateOf(name), 'en');
      await stage.useTheme(theme);
      expect(await alikeWithFocus(stage), name).toEqual([]);
    }
  });
}

test('a new view gives the focus to its heading, a dialog gives it back, an error moves it to the field', async ({
  stage,
}) => {
  const { page } = stage;
  const focused = page.locator(':focus');
  let screen = await stage.show(stateOf('services'), 'en');
  await expect(screen.get('heading', 'services.title')).toBeFocused();
  await screen.press('app.back');
  await expect(screen.get('heading', 'channels.title')).toBeFocused();

  screen = await stage.show(stateOf('delete-one'), 'en');
  await expect(screen.button('delete.keep')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(screen.button('channels.more_of', { name: 'Front desk' })).toBeFocused();

  screen = await stage.show(stateOf('delete-one'), 'en');
  await screen.press('delete.confirm');
  await expect(screen.row('Front desk')).toBeHidden();
  await expect(focused).toHaveAttribute('id', /chat-connector-channel/);

  await stage.show(stateOf('key-wrong'), 'en');
  await expect(focused).toHaveAttribute('aria-invalid', 'true');
  await stage.show(stateOf('key-empty'), 'en');
  await expect(focused).toHaveAttribute('aria-invalid', 'true');
});

test('a code tells once that it will change, and is silent about the seconds', async ({
  stage,
}) => {
  const { page } = stage;
  const screen = await stage.show(stateOf('qr-code'), 'en');
  await page.evaluate(() => {
    const heard: string[] = [];
    Object.assign(window, { heard });
    const listen = () => {
      for (const region of document.querySelectorAll('.chat-connector [role="status"]')) {
        const text = region.textContent?.trim() ?? '';
        if (text !== '' && !heard.includes(text)) heard.push(text);
      }
    };
    new MutationObserver(listen).observe(document.body, {
      childList: true,
      subtree: true,
      characterData: true,
    });
  });
  for (const second of [10, 20, 30, 33, 34, 35, 36]) {
    await page.clock.setFixedTime(Date.parse(NOW) + second * 1000);
    const left = `0:${String(42 - second).padStart(2, '0')}`;
    await expect(screen.widget.getByText(left)).toBeVisible();
  }
  await page.clock.setFixedTime(NOW);
  const heard = await page.evaluate(() => (window as unknown as { heard: string[] }).heard);
  expect(heard.filter((text) => /\d:\d\d/.test(text))).toEqual([]);
  expect(heard).toContain(screen.t('qr.ending'));
});

test('nothing lies over what has the focus, also while changes wait for Save', async ({
  stage,
}) => {
  const { page } = stage;
  await page.setViewportSize({ width: 600, height: 500 });
  await stage.show(stateOf('list-changed'), 'en');
  await page.locator('.chat-connector button').first().focus();
  for (let step = 0; step < 40; step += 1) {
    const covered = await page.evaluate(() => {
      const focused = document.activeElement;
      const box = focused?.getBoundingClientRect();
      if (!focused?.closest('.chat-connector') || !box || box.width === 0) return undefined;
      const points = [
        [box.left + 2, box.top + 2],
        [box.right - 2, box.bottom - 2],
        [box.left + box.width / 2, box.top + box.height / 2],
      ];
      const isSeen = points.some(([x = 0, y = 0]) => {
        const top = document.elementFromPoint(x, y);
        return (
          top !== null &&
          (focused.contains(top) ||
            top.contains(focused) ||
            top.closest('label')?.contains(focused))
        );
      });
      return isSeen ? undefined : (focused.getAttribute('aria-label') ?? focused.textContent);
    });
    expect(covered, 'covered').toBeUndefined();
    await page.keyboard.press('Tab');
  }
});

test('texts may be set wider, and the page twice as large: nothing is cut off', async ({
  stage,
}) => {
  const { page } = stage;
  for (const name of [...SAMPLES, 'list-saved', 'oauth-idle', 'conflict']) {
    // A window of 640 is one of 1280 at 200 %.
    await page.setViewportSize({ width: 640, height: 450 });
    await stage.show(stateOf(name), 'en');
    const style = await page.addStyleTag({
      content:
        '.chat-connector * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } .chat-connector p { margin-bottom: 2em !important }',
    });
    expect.soft(await faultsOfLook(page), name).toEqual([]);
    await style.evaluate((node) => (node as Element).remove());
  }
});

test('written from right to left, nothing leaves the window', async ({ stage }) => {
  const { page } = stage;
  await page.setViewportSize({ width: 320, height: 900 });
  for (const name of [...SAMPLES, 'list-saved', 'oauth-idle', 'conflict']) {
    await stage.show(stateOf(name), 'en');
    await page.locator('html').evaluate((root) => root.setAttribute('dir', 'rtl'));
    expect.soft(await faultsOfLook(page), name).toEqual([]);
    await page.locator('html').evaluate((root) => root.removeAttribute('dir'));
  }
});

test('in forced colours the focus still shows, and with less motion nothing moves', async ({
  stage,
}) => {
  const { page } = stage;
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
  for (const name of SAMPLES) {
    await stage.show(stateOf(name), 'en');
    expect.soft(await alikeWithFocus(stage), name).toEqual([]);
    const moving = await page.evaluate(() =>
      document
        .getAnimations()
        .map(({ effect }) => effect?.getComputedTiming().duration)
        .filter((duration) => Number(duration) > 1),
    );
    expect.soft(moving, name).toEqual([]);
  }
  await page.emulateMedia({ forcedColors: null, reducedMotion: null });
});

test('a press acts when the pointer is let go, and not when it has moved away', async ({
  stage,
}) => {
  const { page } = stage;
  const screen = await stage.show(stateOf('list-well'), 'en');
  await screen.button('channels.add').hover();
  await page.mouse.down();
  await expect(screen.get('heading', 'channels.title')).toBeVisible();
  // Not beside the window, which would close it.
  await screen.get('heading', 'channels.title').hover();
  await page.mouse.up();
  await expect(screen.get('heading', 'channels.title')).toBeVisible();
});

/** Controls that look the same with the keyboard's focus as without it. */
async function alikeWithFocus({ page }: Stage): Promise<string[]> {
  // The browser shows the focus to those who use the keyboard.
  await page.keyboard.press('Shift');
  return page.evaluate(() => {
    const widget = document.querySelector('.chat-connector');
    const root = widget?.querySelector('dialog[open]') ?? widget;
    const styleOf = (element: Element) => {
      const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor } =
        getComputedStyle(element);
      return [outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor].join(' ');
    };
    // A tick box may show it by its label.
    const look = (element: Element) =>
      [element, element.closest('label') ?? element, element.parentElement ?? element]
        .map(styleOf)
        .join(' ');
    const controls = root?.querySelectorAll<HTMLElement>(
      'a[href], button, input, select, textarea',
    );
    return [...(controls ?? [])]
      .filter((control) => control.checkVisibility() && !control.matches(':disabled'))
      .filter((control) => {
        control.blur();
        const before = look(control);
        control.focus();
        return look(control) === before;
      })
      .map((control) => control.getAttribute('aria-label') ?? control.textContent ?? '');
  });
}
