import { jest } from '@jest/globals';
import { act, screen, waitFor } from '@testing-library/react';
import type { Attempt } from '../../src/contract/api.ts';
import { type Backend, startBackend } from './support/backend.ts';
import { makeAttempt, makeChannel, makeSettings, waha } from './support/make.ts';
import { type OpenSettings, openSettings } from './support/open-settings.tsx';

/** The panel looks at the clock once a second. */
const WITHIN = { timeout: 5_000 };

const PICTURE = 'data:image/png;base64,iVBORw0KGgo=';

function showing(refreshed: number, change: Partial<Attempt> = {}): Attempt {
  return makeAttempt({
    connector: 'waha',
    auth: 'qr',
    qr: {
      image: PICTURE,
      expires_at: new Date(Date.now() + 45_000).toISOString(),
      refreshed,
      refreshes: 6,
    },
    ...change,
  });
}

function start(): Backend {
  const backend = startBackend();
  backend.attempt = makeAttempt({ connector: 'waha', auth: 'qr', state: 'starting' });
  return backend;
}

async function openCode({ user }: OpenSettings): Promise<void> {
  await user.click(screen.getByRole('button', { name: 'Connect a chat account' }));
  await user.click(await screen.findByRole('button', { name: /^WhatsApp/ }));
  expect(screen.getByText(/not an official WhatsApp interface/)).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Show the QR code' }));
}

const code = () => screen.findByRole('img', { name: /QR code for linking WhatsApp/ });

test('nothing is asked of the service before the admin has read the warning', async () => {
  const backend = start();
  const opened = await openSettings();
  await opened.user.click(screen.getByRole('button', { name: 'Connect a chat account' }));
  await opened.user.click(await screen.findByRole('button', { name: /^WhatsApp/ }));
  expect(backend.writes).toEqual([]);
});

test('a scan is followed from the code over linking to the linked number', async () => {
  const backend = start();
  const opened = await openSettings();
  await openCode(opened);
  expect(await screen.findByText('Preparing the code…')).toBeInTheDocument();

  await waitFor(() => backend.push(showing(0)));
  expect(await code()).toHaveAttribute('src', PICTURE);
  expect(screen.getByText(/Linked devices/)).toBeVisible();
  expect(screen.getByText(/New code in 0:4\d · Code 1 of 7/)).toBeVisible();

  backend.push(showing(1));
  expect(await screen.findByText('The code was refreshed.')).toBeInTheDocument();
  backend.push(showing(1, { reason: 'linking' }));
  expect(await screen.findByRole('heading', { name: 'Waiting for the phone…' })).toBeVisible();

  const channel = makeChannel({ connector: 'waha', name: 'Ana', phone: '5511912345678' });
  backend.settings = makeSettings({ status: 'new', channels: [channel] });
  const account = { external_id: '5511912345678', name: 'Ana', handle: '+55 11 91234-5678' };
  backend.push(showing(1, { state: 'connected', account, channel }));
  expect(await screen.findByText('+55 11 91234-5678')).toBeVisible();
  await opened.user.click(screen.getByRole('button', { name: 'Continue' }));
  expect(await screen.findByText('Ana is connected')).toBeVisible();
});

test('without a stream the server is asked again and again, with growing pauses', async () => {
  const backend = start();
  backend.hasEvents = false;
  backend.attempt = showing(0);
  const opened = await openSettings();
  await openCode(opened);
  await code();
  await waitFor(() => expect(backend.reads.attempt).toBe(1));
  await opened.clock.skip();
  await waitFor(() => expect(backend.reads.attempt).toBe(2));
  backend.attempt = showing(0, { reason: 'linking' });
  await opened.clock.skip();
  expect(await screen.findByRole('heading', { name: 'Waiting for the phone…' })).toBeVisible();
});

test('a lost connection is said and the attempt goes on when it is back', async () => {
  const backend = start();
  backend.hasEvents = false;
  backend.attempt = showing(0);
  backend.failNext('GET /connect/attempts', 'lost');
  const opened = await openSettings();
  await openCode(opened);
  expect(await screen.findByText('No connection to the server')).toBeVisible();
  expect(await code()).toBeVisible();
  await opened.clock.skip();
  await waitFor(() => expect(screen.queryByText('No connection to the server')).toBeNull());
});

test('a hidden tab asks nothing, and asks at once when it is seen again', async () => {
  const backend = start();
  backend.hasEvents = false;
  backend.attempt = showing(0);
  const opened = await openSettings();
  await openCode(opened);
  await waitFor(() => expect(backend.reads.attempt).toBe(1));

  const hidden = Object.getOwnPropertyDescriptor(Document.prototype, 'hidden');
  Object.defineProperty(document, 'hidden', { configurable: true, value: true });
  await opened.clock.skip();
  await opened.clock.advance(60_000);
  expect(backend.reads.attempt).toBe(1);

  Object.defineProperty(document, 'hidden', hidden ?? { configurable: true, value: false });
  Reflect.deleteProperty(document, 'hidden');
  act(() => void document.dispatchEvent(new Event('visibilitychange')));
  await waitFor(() => expect(backend.reads.attempt).toBe(2));
});

test('after the last renewal the code is dimmed and a new one is a new attempt', async () => {
  const backend = start();
  const opened = await openSettings();
  await openCode(opened);
  await waitFor(() => backend.push(showing(6)));
  await code();
  backend.push(showing(6, { state: 'expired', qr: undefined }));

  const again = await screen.findByRole('button', { name: 'Show a new code' });
  expect(screen.getByRole('heading', { name: 'The code can no longer be used' })).toHaveFocus();
  expect(screen.queryByRole('img', { name: /QR code/ })).toBeNull();
  backend.attempt = showing(0, { id: 'attempt-2' });
  await opened.user.click(again);
  await code();
  expect(screen.getByRole('heading', { name: 'Scan the QR code' })).toHaveFocus();
  expect(backend.writes.filter(({ path }) => path === '/messenger/channels')).toHaveLength(2);
});

describe('a sign-in that does not get on', () => {
  test.each([
    ['service_unreachable', /could not be reached/],
    ['misconfigured', /not set up correctly on the server/],
    ['rate_limited', /does not allow more attempts/],
  ] as const)('says why, with the reference, for as long as it lasts: %s', async (reason, text) => {
    const backend = start();
    const opened = await openSettings();
    await openCode(opened);
    const stuck = makeAttempt({ connector: 'waha', auth: 'qr', state: 'starting', reason });
    await waitFor(() => backend.push(stuck));
    expect(await screen.findByText(text)).toBeVisible();
    expect(screen.getByText('Linking is not making progress')).toBeVisible();
    expect(screen.getByText('attempt-1')).toBeVisible();
    backend.push(showing(0));
    await code();
    expect(screen.queryByText('Linking is not making progress')).toBeNull();
    backend.push(showing(0, { reason }));
    expect(await screen.findByText(text)).toBeVisible();
    // It can still be scanned.
    expect(await code()).toBeVisible();
  });

  test('dims a code whose time is over, though no other has come', async () => {
    const backend = start();
    const opened = await openSettings();
    await openCode(opened);
    await waitFor(() => backend.push(showing(0)));
    await code();
    const over = { image: PICTURE, refreshed: 0, refreshes: 6 };
    const expires_at = new Date(Date.now() - 1_000).toISOString();
    backend.push(showing(0, { reason: 'misconfigured', qr: { ...over, expires_at } }));
    await waitFor(() => expect(screen.queryByRole('img', { name: /QR code/ })).toBeNull());
    expect(document.querySelector('.kcc-qr__square--dimmed img')).toHaveAttribute('src', PICTURE);
    expect(screen.queryByText(/New code in/)).toBeNull();
  });

  test('says after half a minute that the service gives no code, and offers another try', async () => {
    const backend = start();
    const opened = await openSettings();
    await openCode(opened);
    await screen.findByText('Preparing the code…');
    expect(screen.queryByText('The service has not sent a code')).toBeNull();
    const later = Date.now() + 31_000;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => later);
    try {
      expect(await screen.findByText('The service has not sent a code', {}, WITHIN)).toBeVisible();
      expect(screen.getByText('attempt-1')).toBeVisible();
      backend.attempt = makeAttempt({
        id: 'attempt-2',
        connector: 'waha',
        auth: 'qr',
        state: 'starting',
      });
      await opened.user.click(screen.getByRole('button', { name: 'Show a new code' }));
      await waitFor(() => expect(screen.queryByText('The service has not sent a code')).toBeNull());
    } finally {
      clock.mockRestore();
    }
  });

  test('whose session failed is told with the operator’s name for it, not as a missed scan', async () => {
    const backend = start();
    const opened = await openSettings();
    await openCode(opened);
    const failed = {
      connector: 'waha',
      auth: 'qr',
      state: 'failed',
      reason: 'service_error',
    } as const;
    await waitFor(() => backend.push(makeAttempt(failed)));
    expect(await screen.findByText(/contact the operator of this integration/)).toBeVisible();
    expect(screen.getByText('attempt-1')).toBeVisible();
    expect(screen.queryByText(/No phone was linked/)).toBeNull();
  });

  test('whose time is over without a code blames nobody for not scanning it', async () => {
    const backend = start();
    const opened = await openSettings();
    await openCode(opened);
    const over = { connector: 'waha', auth: 'qr', state: 'expired', reason: 'timed_out' } as const;
    await waitFor(() => backend.push(makeAttempt(over)));
    expect(
      await screen.findByRole('heading', { name: 'The service has not sent a code' }),
    ).toBeVisible();
    expect(screen.queryByText(/No phone was linked/)).toBeNull();
  });

  test('because nobody knows the number says what is missing while it is linking', async () => {
    const backend = start();
    const opened = await openSettings();
    await openCode(opened);
    await waitFor(() => backend.push(showing(0)));
    await code();
    backend.push(showing(0, { reason: 'account_unknown', qr: undefined }));
    expect(await screen.findByText(/has not reported its number/)).toBeVisible();
    expect(screen.getByRole('heading', { name: 'Waiting for the phone…' })).toBeVisible();
  });
});

test('a phone number is the way without a camera', async () => {
  const backend = start();
  const opened = await openSettings();
  const { user } = opened;
  await openCode(opened);
  await waitFor(() => backend.push(showing(0)));
  await code();
  await user.click(screen.getByRole('button', { name: 'Link with the phone number instead' }));
  const field = screen.getByLabelText('Phone number');
  await user.type(field, '12');
  await user.click(screen.getByRole('button', { name: 'Get the code' }));
  expect(field).toHaveFocus();
  expect(field).toHaveAccessibleDescription(/7 to 15 digits/);

  backend.onPreview = (phone) => {
    expect(phone).toBe('(11) 91234-5678');
    return '+55 11 91234 5678';
  };
  backend.onCredentials = ({ values }) => {
    expect(values).toEqual({ phone: '+55 11 91234 5678' });
    return showing(0, { pairing_code: 'ABCDEFGH' });
  };
  await user.clear(field);
  await user.type(field, '(11) 91234-5678');
  await user.click(screen.getByRole('button', { name: 'Get the code' }));
  expect(await screen.findByText(/^Is \+55 11 91234 5678 your number\?/)).toHaveFocus();
  await user.click(screen.getByRole('button', { name: 'Yes, get the code' }));
  expect(await screen.findByText('ABCD-EFGH')).toBeVisible();
  expect(screen.getByText('ABCD-EFGH').closest('[role="status"]')).toHaveFocus();
  expect(screen.getByText('The code is A B C D, E F G H')).toBeInTheDocument();
});

test('a number that is read wrongly can be corrected, and until then no code is asked for', async () => {
  const backend = start();
  const opened = await openSettings();
  const { user } = opened;
  await openCode(opened);
  await waitFor(() => backend.push(showing(0)));
  await code();
  await user.click(screen.getByRole('button', { name: 'Link with the phone number instead' }));
  const field = screen.getByLabelText('Phone number');
  const ask = () => user.click(screen.getByRole('button', { name: 'Get the code' }));

  backend.onPreview = () => ({
    code: 'validation_failed',
    fields: [{ path: 'values.phone', code: 'invalid' }],
  });
  await user.type(field, '912345678');
  await ask();
  await waitFor(() => expect(field).toHaveAccessibleDescription(/with \+ and its country code/));

  backend.onPreview = () => '+1 912 345 6789';
  await user.type(field, '9');
  await ask();
  await screen.findByText(/Is .* your number\?/);
  await user.type(field, '0');
  expect(screen.queryByText(/Is .* your number\?/)).toBeNull();
  expect(screen.getByRole('button', { name: 'Get the code' })).toBeVisible();
  const submitted = backend.writes.filter(({ path }) => path.endsWith('/credentials'));
  expect(submitted.map(({ body }) => body)).toEqual([
    expect.objectContaining({ preview: true }),
    expect.objectContaining({ preview: true }),
  ]);
});

test('a code that is shown has the focus beside it, and one that is being linked, too', async () => {
  const backend = start();
  const opened = await openSettings();
  await openCode(opened);
  await waitFor(() => backend.push(showing(0)));
  await code();
  expect(screen.getByRole('heading', { name: 'Scan the QR code' })).toHaveFocus();
  await opened.user.click(
    screen.getByRole('button', { name: 'Link with the phone number instead' }),
  );
  await opened.user.click(screen.getByLabelText('Phone number'));
  backend.push(showing(0, { reason: 'linking' }));
  await waitFor(() =>
    expect(screen.getByRole('heading', { name: 'Waiting for the phone…' })).toHaveFocus(),
  );
});

test('a link that the phone declines is no code that nobody scanned', async () => {
  const backend = start();
  const opened = await openSettings();
  await openCode(opened);
  await waitFor(() => backend.push(showing(0)));
  await code();
  backend.push(showing(0, { reason: 'linking', qr: undefined }));
  await screen.findByRole('heading', { name: 'Waiting for the phone…' });
  expect(screen.queryByText(/connected/)).toBeNull();
  backend.push(showing(0, { state: 'expired', reason: 'timed_out', qr: undefined }));
  expect(await screen.findByRole('heading', { name: 'The phone was not linked' })).toHaveFocus();
  expect(screen.getByText(/declined/)).toBeVisible();
});

test('leaving the panel ends the attempt at the service', async () => {
  const backend = start();
  const opened = await openSettings();
  await openCode(opened);
  await waitFor(() => backend.push(showing(0)));
  await code();
  await opened.user.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(await screen.findByRole('heading', { name: 'Choose a chat service' })).toHaveFocus();
  await waitFor(() =>
    expect(backend.writes.at(-1)).toMatchObject({
      method: 'DELETE',
      path: '/messenger/attempts/attempt-1',
    }),
  );
});

test('a closed modal goes on with the same attempt when it opens again', async () => {
  const backend = start();
  const opened = await openSettings();
  await openCode(opened);
  await waitFor(() => backend.push(showing(0)));
  await code();
  opened.close();
  opened.reopen();
  await code();
  backend.push(showing(0, { reason: 'linking' }));
  expect(await screen.findByRole('heading', { name: 'Waiting for the phone…' })).toBeVisible();
  expect(backend.writes).toHaveLength(1);
});

test('another number than before is a question, not an accident', async () => {
  const channel = makeChannel({
    connector: 'waha',
    status: 'action_needed',
    status_reason: 'scan_again',
    account: { external_id: '551100', name: 'Ana', handle: '+55 11 00' },
  });
  const backend = startBackend(makeSettings({ channels: [channel], connectors: [waha] }));
  backend.attempt = showing(0, {
    state: 'confirm',
    reason: 'different_account',
    account: { external_id: '551199', name: 'Bia', handle: '+55 11 99' },
  });
  const opened = await openSettings();
  await opened.user.click(screen.getByRole('button', { name: 'Scan again: Demo Support' }));
  await opened.user.click(await screen.findByRole('button', { name: 'Show the QR code' }));
  expect(await screen.findByText(/this channel was connected to \+55 11 00/)).toBeVisible();
  expect(screen.getByText('+55 11 99')).toBeVisible();
});
