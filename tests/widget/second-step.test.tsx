import { screen, within } from '@testing-library/react';
import { startBackend } from './support/backend.ts';
import { makeChannel, makeSettings, makeTemplate } from './support/make.ts';
import { openSettings } from './support/open-settings.tsx';

const active = (change = {}) => makeSettings({ channels: [makeChannel()], ...change });

describe('sync', () => {
  test('a sync under way is looked at with growing pauses until it is done', async () => {
    const backend = startBackend(active({ sync: { state: 'queued' } }));
    const { clock } = await openSettings();
    expect(screen.getByText('Syncing…')).toBeVisible();
    await clock.skip();
    backend.settings = active({ sync: { state: 'done', finished_at: '2026-11-22T10:00:00Z' } });
    await clock.skip();
    expect(await screen.findByText('In sync')).toBeVisible();
    expect(backend.reads.settings).toBe(3);
    await clock.advance(120_000);
    expect(backend.reads.settings).toBe(3);
  });

  test('a sync that takes long is not asked about for ever', async () => {
    const backend = startBackend(active({ sync: { state: 'running' } }));
    const { clock, user } = await openSettings();
    for (let look = 0; look < 7; look += 1) await clock.skip();
    const check = await screen.findByRole('button', { name: 'Check again' });
    expect(backend.reads.settings).toBe(8);
    await clock.advance(600_000);
    expect(backend.reads.settings).toBe(8);
    backend.settings = active();
    await user.click(check);
    expect(await screen.findByText('In sync')).toBeVisible();
  });

  test('a failed sync names its cause and is tried again without touching the draft', async () => {
    const channels = [makeChannel(), makeChannel({ id: 'channel-2', name: 'Demo Sales' })];
    const backend = startBackend(
      makeSettings({ channels, sync: { state: 'failed', error_code: 'kommo_unavailable' } }),
    );
    const { user } = await openSettings();
    expect(screen.getByText('Sync failed')).toBeVisible();
    expect(screen.getByText(/^Saved, but Kommo's lead sources do not match yet/)).toBeVisible();
    expect(screen.getByText(/Kommo is having problems/)).toBeVisible();
    await user.click(screen.getByRole('radio', { name: 'Default: Demo Sales' }));
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('Syncing…')).toBeVisible();
    expect(backend.writes[0]?.body).toMatchObject({ default_channel_id: 'channel-1' });
    expect(screen.getByText('1 unsaved change')).toBeVisible();
  });

  test('a failed sync that succeeds by itself turns green without a click', async () => {
    const failed = { state: 'failed', error_code: 'kommo_timeout' } as const;
    const backend = startBackend(active({ sync: failed }));
    const { clock } = await openSettings();
    expect(screen.getByText(/Kommo is taking too long to respond/)).toBeVisible();
    await clock.skip();
    backend.settings = active({ sync: { state: 'done', finished_at: '2026-11-22T10:00:00Z' } });
    await clock.skip();
    expect(await screen.findByText('In sync')).toBeVisible();
    expect(backend.reads.settings).toBe(3);
  });

  test.each([
    ['rate_limited', /limiting requests.*continues automatically/],
    ['kommo_blocked', /refusing requests.*too many.*every five minutes/],
    ['kommo_unavailable', /having problems.*try again automatically/],
    ['kommo_timeout', /taking too long to respond.*try again automatically/],
    ['validation_failed', /did not accept a lead source.*press Save/],
    ['channel_refused', /refuses to connect.*Contact the operator/],
  ])('the cause %s says what happens next', async (error_code, words) => {
    startBackend(active({ sync: { state: 'failed', error_code } }));
    await openSettings();
    const region = screen.getByRole('region', { name: 'Lead sources in Kommo' });
    expect(region).toHaveTextContent(words);
    expect(within(region).getByRole('button', { name: 'Try again' })).toBeVisible();
  });

  test('a cause nobody has a text for is still a readable sentence', async () => {
    startBackend(active({ sync: { state: 'failed', error_code: 'something_new' } }));
    await openSettings();
    expect(screen.getByText(/Something went wrong on the server/)).toBeVisible();
  });
});

describe('templates', () => {
  test('the account’s templates are listed with the state of their review', async () => {
    startBackend(
      active({
        templates: [
          makeTemplate({ id: 1, name: 'Greeting' }),
          makeTemplate({ id: 2, name: 'Order shipped', review_status: 'approved' }),
        ],
      }),
    );
    await openSettings();
    expect(screen.getByText('Greeting')).toBeVisible();
    const reviewed = screen.getByText('Order shipped').closest('li');
    expect(within(reviewed as HTMLElement).getByText('Approved')).toBeVisible();
  });

  test('more than five are folded away', async () => {
    const templates = Array.from({ length: 7 }, (_, id) => makeTemplate({ id, name: `T${id}` }));
    startBackend(active({ templates }));
    const { user } = await openSettings();
    expect(screen.queryByText('T6')).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Show 2 more templates' }));
    expect(screen.getByText('T6')).toBeVisible();
  });

  test('a new one is created at once, and its button has the focus again', async () => {
    const backend = startBackend(active());
    const { user, host } = await openSettings();
    await user.click(screen.getByRole('button', { name: 'New template' }));
    expect(await screen.findByLabelText('Template name')).toHaveFocus();
    await user.click(screen.getByRole('button', { name: 'Create template' }));
    expect(screen.getByLabelText('Template name')).toHaveFocus();
    expect(screen.getAllByText('Fill in this field.')).toHaveLength(2);

    await user.type(screen.getByLabelText('Template name'), ' Goodbye ');
    await user.type(screen.getByLabelText('Message text'), 'See you soon');
    await user.click(screen.getByRole('button', { name: 'Create template' }));
    expect(await screen.findByText('See you soon')).toBeVisible();
    expect(backend.writes[0]?.body).toEqual({ name: 'Goodbye', content: 'See you soon' });
    expect(screen.getByRole('button', { name: 'New template' })).toHaveFocus();
    expect(screen.getByText('The template Goodbye was created.')).toBeInTheDocument();
    expect(host.canSave).toBe(false);
  });

  test('one that is refused keeps what was typed', async () => {
    const backend = startBackend(active());
    backend.failNext('POST /messenger/templates', { code: 'rate_limited' });
    const { user } = await openSettings();
    await user.click(screen.getByRole('button', { name: 'New template' }));
    await user.type(await screen.findByLabelText('Template name'), 'Goodbye');
    await user.type(screen.getByLabelText('Message text'), 'See you soon');
    await user.click(screen.getByRole('button', { name: 'Create template' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('Too many requests');
    expect(screen.getByLabelText('Template name')).toHaveValue('Goodbye');
  });
});

describe('language and country', () => {
  test('the language follows Kommo until the admin fixes it', async () => {
    const backend = startBackend(active());
    const { user, pressSave } = await openSettings();
    const group = screen.getByRole('group', { name: 'Language' });
    expect(within(group).getByRole('radio', { name: 'Same as in Kommo: English' })).toBeChecked();
    await user.click(within(group).getByRole('radio', { name: 'Choose another language' }));
    await user.selectOptions(within(group).getByRole('combobox'), 'Portuguese');
    expect(screen.getByText('1 unsaved change')).toBeVisible();
    expect(await pressSave()).toBe(true);
    expect(backend.settings.preferences.language).toEqual({ mode: 'fixed', value: 'pt' });

    await user.click(within(group).getByRole('radio', { name: 'Same as in Kommo: English' }));
    await pressSave();
    expect(backend.settings.preferences.language).toEqual({ mode: 'account', value: 'en' });
  });

  test('what only a reinstallation changes is offered before the first save, with a warning', async () => {
    startBackend(makeSettings({ status: 'new', channels: [makeChannel()] }));
    await openSettings();
    const country = screen.getByRole('group', { name: 'Country' });
    expect(within(country).getByText(/After your first save/)).toBeVisible();
    expect(within(country).getByRole('radio', { name: 'Choose another country' })).toBeEnabled();
    expect(screen.queryByRole('group', { name: 'Language' })).toBeNull();
  });

  test('afterwards it can be read but not changed', async () => {
    startBackend(active());
    await openSettings();
    const country = screen.getByRole('group', { name: 'Country' });
    expect(
      within(country).getByText(/only change this while reinstalling the integration/),
    ).toBeVisible();
    expect(within(country).getByRole('radio', { name: 'Choose another country' })).toBeDisabled();
  });
});
