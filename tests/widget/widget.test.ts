import { act, screen, waitFor } from '@testing-library/react';
import $ from 'jquery';
import ChatConnector from '../../src/widget/index.ts';
import { startBackend } from './support/backend.ts';
import { callbacks, openModal, openPage, type Page } from './support/kommo-page.ts';
import { makeChannel, makeSettings } from './support/make.ts';
import { settingsShown } from './support/settings-shown.ts';

afterEach(() => {
  $(document).off('.test');
});

const saved = () => makeSettings({ channels: [makeChannel()] });

test('the constructor is a plain function that returns the widget with its callbacks', () => {
  const page = openPage();
  expect(page.widget).toBeInstanceOf(ChatConnector);
  expect(callbacks(page).render()).toBe(true);
  expect(callbacks(page).init()).toBe(true);
  expect(callbacks(page).bind_actions()).toBe(true);
  expect(page.fetched).toEqual([]);
});

test('the screen is fetched from the widget’s folder only when the settings open', async () => {
  startBackend(saved());
  const page = openPage();
  await openModal(page);
  const folder = 'https://demo.kommo.com/upl/chat_connector/widget';
  await waitFor(() =>
    expect(page.fetched).toEqual([
      `${folder}/vendor.js?v=0.0.0-test`,
      `${folder}/app.js?v=0.0.0-test`,
      // As soon as the channels are shown.
      `${folder}/sections.js?v=0.0.0-test`,
    ]),
  );
  expect(document.querySelector('link')).toHaveAttribute(
    'href',
    `${folder}/style.css?v=0.0.0-test`,
  );
  act(() => callbacks(page).destroy());
});

describe('on Kommo’s page of integrations', () => {
  let whenIdle: () => void;

  beforeEach(() => {
    const waiting: (() => void)[] = [];
    whenIdle = () => {
      for (const callback of waiting.splice(0)) callback();
    };
    Object.assign(window, {
      requestIdleCallback: (callback: () => void) => waiting.push(callback),
      cancelIdleCallback: () => undefined,
    });
    history.replaceState(null, '', '/settings/widgets/');
  });
  afterEach(() => {
    history.replaceState(null, '', '/');
    Reflect.deleteProperty(window, 'requestIdleCallback');
    Reflect.deleteProperty(window, 'cancelIdleCallback');
  });

  test('the screen is fetched as soon as the page has nothing else to do, and not shown', async () => {
    startBackend(saved());
    const page = openPage();
    expect(page.fetched).toEqual([]);
    whenIdle();
    expect(page.fetched.map(nameOf)).toEqual(['vendor', 'app']);
    expect(document.querySelector('.chat-connector')).toBeNull();
    await openModal(page);
    act(() => callbacks(page).destroy());
  });

  test('what could not be fetched then is fetched when the settings open', async () => {
    startBackend(saved());
    const page = openPage();
    page.failures = 1;
    whenIdle();
    await openModal(page);
    expect(page.fetched.slice(0, 4).map(nameOf)).toEqual(['vendor', 'app', 'vendor', 'app']);
    act(() => callbacks(page).destroy());
  });
});

test('it stands above Kommo’s Save, hides the row of its field, and keeps the modal open', async () => {
  startBackend(saved());
  const page = openPage();
  await openModal(page);
  const root = document.querySelector('.chat-connector');
  expect(root?.nextElementSibling).toBe(document.querySelector('.widget_settings_block__controls'));
  expect(document.querySelector('input[name="state"]')).not.toBeVisible();
  expect(document.querySelector('.js-widget-save')).toHaveAttribute(
    'data-onsave-destroy-modal',
    'false',
  );
  act(() => callbacks(page).destroy());
});

test('its title and the rows of a loading list stand there before anything else happens', async () => {
  startBackend(saved());
  const page = openPage();
  callbacks(page).settings(page.body);
  expect(screen.getByRole('heading', { name: 'Chat channels' })).toBeVisible();
  expect(screen.getByText('Loading the settings…').parentElement).toHaveAttribute(
    'aria-busy',
    'true',
  );
  await settingsShown();
  act(() => callbacks(page).destroy());
});

test.each(['load', 'error'])('nothing is drawn without its styles, until their %s', async (end) => {
  startBackend(saved());
  const page = openPage();
  page.hasStyles = false;
  callbacks(page).settings(page.body);
  expect(document.querySelector('.chat-connector')).toBeNull();
  act(() => void document.querySelector('link')?.dispatchEvent(new Event(end)));
  await settingsShown();
  act(() => callbacks(page).destroy());
});

test('styles that could not be fetched are fetched when the settings open again', async () => {
  startBackend(saved());
  const page = openPage();
  page.hasStyles = false;
  callbacks(page).settings(page.body);
  document.querySelector('link')?.dispatchEvent(new Event('error'));
  expect(document.querySelector('link')).toBeNull();
  await settingsShown();
  page.hasStyles = true;
  await openModal(page);
  expect(document.querySelectorAll('link')).toHaveLength(1);
  act(() => callbacks(page).destroy());
});

test('styles that never come hold the screen up for a second', async () => {
  startBackend(saved());
  const page = openPage();
  page.hasStyles = false;
  callbacks(page).settings(page.body);
  await settingsShown();
  act(() => callbacks(page).destroy());
});

test('two calls for one modal leave one screen', async () => {
  startBackend(saved());
  const page = openPage();
  await openModal(page);
  await openModal(page);
  expect(document.querySelectorAll('.chat-connector')).toHaveLength(1);
  expect(document.querySelectorAll('link')).toHaveLength(1);
  act(() => callbacks(page).destroy());
});

test('onSave resolves to true after the backend confirmed, and gives Kommo JSON to store', async () => {
  const backend = startBackend(saved());
  const page = openPage();
  await openModal(page);
  await waitFor(() => expect(page.events).toContain('button:save:enable'));
  expect(page.events).toContain('change');

  const fields: Record<string, unknown> = { state: '' };
  let result: unknown;
  await act(async () => {
    result = await callbacks(page).onSave({ active: 'Y', fields });
  });
  expect(result).toBe(true);
  expect(backend.writes).toHaveLength(1);
  expect(JSON.parse(String(fields.state))).toEqual({ version: 2, channels: 1 });
  act(() => callbacks(page).destroy());
});

test('onSave resolves to false when the backend refuses, and Kommo’s Save stops turning', async () => {
  const backend = startBackend(saved());
  backend.failNext('PUT', { code: 'channel_refused' });
  const page = openPage();
  await openModal(page);
  const fields: Record<string, unknown> = { state: '' };
  let result: unknown;
  await act(async () => {
    result = await callbacks(page).onSave({ active: 'Y', fields });
  });
  expect(result).toBe(false);
  expect(fields.state).toBe('');
  expect(page.events).toEqual(expect.arrayContaining(['button:load:stop', 'button:save:error']));
  act(() => callbacks(page).destroy());
});

test('onSave while the integration is being disabled is true and saves nothing', async () => {
  const backend = startBackend(saved());
  const page = openPage();
  await openModal(page);
  expect(callbacks(page).onSave({ active: 'N', fields: {} })).toBe(true);
  expect(backend.writes).toEqual([]);
  act(() => callbacks(page).destroy());
});

test('onSave before the settings were ever open is false', async () => {
  const page = openPage();
  await expect(callbacks(page).onSave({ active: 'Y', fields: {} })).resolves.toBe(false);
});

test('a screen that cannot be fetched says so in Kommo’s language and is fetched again', async () => {
  startBackend(saved());
  const page = openPage();
  page.failures = 1;
  act(() => void callbacks(page).settings(page.body));
  const retry = await screen.findByRole('button', { name: 'Try again' });
  expect(screen.getByRole('alert')).toHaveTextContent('The settings screen could not be loaded');
  await expect(callbacks(page).onSave({ active: 'Y', fields: {} })).resolves.toBe(false);
  act(() => retry.click());
  await settingsShown();
  act(() => callbacks(page).destroy());
});

test.each([
  ['destroy', (page: Page) => callbacks(page).destroy()],
  ['page:changed', () => $(document).trigger('page:changed')],
])('%s takes the screen off the page', async (_name, leave) => {
  startBackend(saved());
  const page = openPage();
  await openModal(page);
  act(() => void leave(page));
  expect(document.querySelector('.chat-connector')).toBeNull();
});

test('a modal that Kommo removes takes the screen along', async () => {
  startBackend(saved());
  const page = openPage();
  await openModal(page);
  act(() => document.querySelector('.modal-body')?.remove());
  await waitFor(() => expect($(document).find('.chat-connector')).toHaveLength(0));
});

test('what Kommo throws out while it redraws the modal is put back', async () => {
  startBackend(saved());
  const page = openPage();
  await openModal(page);
  act(() => document.querySelector('.chat-connector')?.remove());
  await waitFor(() => expect(document.querySelector('.chat-connector')).not.toBeNull());
  act(() => callbacks(page).destroy());
});

test('a redraw that changed the installation reads the settings again', async () => {
  const backend = startBackend(saved());
  const page = openPage();
  page.step = 'install';
  act(() => void callbacks(page).settings(page.body));
  await screen.findByText('Install the integration first');
  expect(backend.reads.settings).toBe(0);
  page.step = 'not_configured';
  act(() => document.querySelector('.modal-body')?.append(document.createElement('hr')));
  await settingsShown();
  act(() => callbacks(page).destroy());
});

test('onInstall reads the settings at once', async () => {
  startBackend(saved());
  const page = openPage();
  page.step = 'install';
  act(() => void callbacks(page).settings(page.body));
  await screen.findByText('Install the integration first');
  act(() => callbacks(page).onInstall());
  await settingsShown();
  act(() => callbacks(page).destroy());
});

/** `app` for the address of `app.js`. */
function nameOf(address: string): string {
  return /([^/]+)\.js/.exec(address)?.[1] ?? address;
}
