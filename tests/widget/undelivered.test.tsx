import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { type Backend, startBackend } from './support/backend.ts';
import { createFakeHost } from './support/fake-host.ts';
import { makeChannel, makeMessages, makeSettings, makeUndelivered } from './support/make.ts';
import { network } from './support/network.ts';
import { type OpenSettings, openSettings } from './support/open-settings.tsx';

const ana = makeUndelivered();
const rui = makeUndelivered({
  id: 'message-2',
  direction: 'in',
  person: { name: 'Rui Alves' },
  kind: 'picture',
  reason: 'too_large',
  can_retry: false,
});
const eva = makeUndelivered({ id: 'message-3', person: { name: '' }, reason: 'timed_out' });

/** A channel with these messages, and the dialog that lists them. */
async function openUndelivered(
  messages = [ana, rui, eva],
  before?: (backend: Backend) => void,
): Promise<OpenSettings & { backend: Backend; dialog: HTMLElement }> {
  const figures = makeMessages({ undelivered: messages.length });
  const backend = startBackend(
    makeSettings({ channels: [makeChannel({ messages: figures }), makeChannel({ id: 'other' })] }),
  );
  backend.undelivered = { 'channel-1': messages };
  before?.(backend);
  const opened = await openSettings();
  await opened.user.click(screen.getByRole('button', { name: /undelivered: Demo Support$/ }));
  const dialog = await screen.findByRole('dialog', {
    name: 'Undelivered messages of Demo Support',
  });
  return { ...opened, backend, dialog };
}

test('each message says whose it is, where it was going, what it is, when, and what helps', async () => {
  const { dialog } = await openUndelivered();
  const items = await within(dialog).findAllByRole('listitem');
  expect(items.map((item) => item.textContent)).toEqual([
    expect.stringMatching(
      /^Ana Souzato the client · Text · Nov 22, 2026.*The client has blocked this account.*unblock it, then try again\.Try again$/,
    ),
    expect.stringMatching(
      /^Rui Alvesfrom the client · Picture · Nov 22.*too large.*a link instead\.$/,
    ),
    expect.stringMatching(/^Someone without a nameto the client.*Try again$/),
  ]);
});

test('the dialog has the focus, Escape closes only it, and its button has the focus again', async () => {
  const { user, dialog } = await openUndelivered();
  await within(dialog).findAllByRole('listitem');
  expect(within(dialog).getByRole('button', { name: 'Close' })).toHaveFocus();
  const heard: string[] = [];
  const note = (event: KeyboardEvent) => heard.push(event.key);
  document.addEventListener('keydown', note);
  await user.keyboard('{Escape}');
  document.removeEventListener('keydown', note);
  expect(heard).toEqual([]);
  // The browser turns the key into this event; jsdom does not.
  fireEvent(dialog, new Event('cancel', { cancelable: true }));
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(screen.getByRole('button', { name: '3 undelivered: Demo Support' })).toHaveFocus();
});

test('one message is tried again, and list, figures and announcement follow', async () => {
  const { user, backend, dialog } = await openUndelivered();
  await user.click(await within(dialog).findByRole('button', { name: /^Try again: Ana Souza/ }));
  const result = await within(dialog).findByText(
    '1 message is being tried again. It may take a moment.',
  );
  expect(result).toHaveAttribute('role', 'status');
  // As soon as the message, and the button beside it, are gone.
  await waitFor(() => expect(result).toHaveFocus());
  expect(within(dialog).getAllByRole('listitem')).toHaveLength(2);
  expect(backend.writes).toEqual([
    {
      method: 'POST',
      path: '/messenger/channels/channel-1/undelivered/retry',
      key: expect.any(String),
      body: { ids: ['message-1'] },
    },
  ]);
  await user.click(within(dialog).getByRole('button', { name: 'Close' }));
  expect(screen.getByRole('button', { name: '2 undelivered: Demo Support' })).toBeVisible();
});

test('all are tried again at once, but for those that cannot be', async () => {
  const { user, backend, dialog } = await openUndelivered();
  await user.click(await within(dialog).findByRole('button', { name: 'Try all again' }));
  const result = await within(dialog).findByText(/^2 messages are being tried again/);
  await waitFor(() => expect(result).toHaveFocus());
  expect(backend.writes.map(({ body }) => body)).toEqual([{}]);
  expect(within(dialog).getAllByRole('listitem')).toHaveLength(1);
  expect(within(dialog).queryByRole('button', { name: /Try/ })).toBeNull();
});

test('when the last one is gone, its row has the focus', async () => {
  const { user, dialog } = await openUndelivered([ana]);
  await user.click(await within(dialog).findByRole('button', { name: 'Try all again' }));
  expect(await within(dialog).findByText('There is nothing undelivered.')).toBeVisible();
  await user.click(within(dialog).getByRole('button', { name: 'Close' }));
  expect(screen.queryByRole('button', { name: /undelivered/ })).toBeNull();
  expect(screen.getAllByRole('listitem', { name: 'Demo Support' })[0]).toHaveFocus();
});

test('what somebody else tried again already is said to be gone', async () => {
  const { user, backend, dialog } = await openUndelivered([ana]);
  const button = await within(dialog).findByRole('button', { name: /^Try again: Ana/ });
  backend.undelivered = {};
  await user.click(button);
  expect(await within(dialog).findByText('There was nothing left to try again.')).toBeVisible();
});

test('forgetting asks once, with the safe answer in focus', async () => {
  const { user, backend, dialog } = await openUndelivered();
  await user.click(await within(dialog).findByRole('button', { name: 'Forget all' }));
  expect(within(dialog).getByText(/This cannot be undone/)).toBeVisible();
  const keep = within(dialog).getByRole('button', { name: 'Keep them' });
  expect(keep).toHaveFocus();
  await user.click(keep);
  await waitFor(() =>
    expect(within(dialog).getByRole('button', { name: 'Forget all' })).toHaveFocus(),
  );
  expect(backend.writes).toEqual([]);

  await user.click(within(dialog).getByRole('button', { name: 'Forget all' }));
  await user.click(within(dialog).getByRole('button', { name: 'Forget them' }));
  const result = await within(dialog).findByText('The undelivered messages were forgotten.');
  await waitFor(() => expect(result).toHaveFocus());
  expect(within(dialog).queryByRole('listitem')).toBeNull();
  expect(backend.writes).toEqual([
    {
      method: 'DELETE',
      path: '/messenger/channels/channel-1/undelivered',
      key: expect.any(String),
    },
  ]);
});

test('a list that cannot be loaded says why and is loaded again on request', async () => {
  const { user, dialog } = await openUndelivered([ana], (backend) =>
    backend.failNext('GET /messenger/channels/channel-1/undelivered', {
      code: 'temporarily_unavailable',
    }),
  );
  const alert = await within(dialog).findByRole('alert');
  expect(alert).toHaveTextContent('The undelivered messages could not be loaded');
  expect(alert).toHaveTextContent('The server is busy right now');
  await user.click(within(alert).getByRole('button', { name: 'Try again' }));
  expect(await within(dialog).findByRole('listitem', { name: /^Ana Souza/ })).toBeVisible();
  expect(within(dialog).queryByRole('alert')).toBeNull();
});

test.each([
  ['POST', /^Try again: Ana/, 'The messages were not tried again'],
  ['DELETE', 'Forget them', 'The messages were not forgotten'],
])('a refused %s leaves the list as it is and says why', async (method, button, title) => {
  const { user, dialog } = await openUndelivered([ana], (backend) =>
    backend.failNext(method, { code: 'rate_limited', retryAfterSeconds: 30 }),
  );
  await within(dialog).findByRole('listitem');
  if (method === 'DELETE')
    await user.click(within(dialog).getByRole('button', { name: 'Forget all' }));
  await user.click(within(dialog).getByRole('button', { name: button }));
  const alert = await within(dialog).findByRole('alert');
  expect(alert).toHaveFocus();
  expect(alert).toHaveTextContent(title);
  expect(alert).toHaveTextContent('Try again in 30 seconds');
  expect(within(dialog).getByRole('listitem', { name: /^Ana Souza/ })).toBeVisible();
});

test('figures that cannot be read again stay as they were, and spoil nothing', async () => {
  const { user, dialog } = await openUndelivered([ana]);
  network.use(http.get('https://backend.test/messenger/channels', () => HttpResponse.error()));
  await user.click(await within(dialog).findByRole('button', { name: 'Try all again' }));
  expect(await within(dialog).findByText(/^1 message is being tried again/)).toBeVisible();
  expect(within(dialog).queryByRole('alert')).toBeNull();
  await user.click(within(dialog).getByRole('button', { name: 'Close' }));
  expect(screen.getByRole('button', { name: /^1 undelivered/ })).toBeVisible();
});

test('no more than the newest hundred are listed, and the dialog says so', async () => {
  const many = Array.from({ length: 100 }, (_, index) => makeUndelivered({ id: `m${index}` }));
  const { dialog } = await openUndelivered(many, (backend) => {
    const messages = makeMessages({ undelivered: 240 });
    backend.settings = makeSettings({ channels: [makeChannel({ messages })] });
  });
  expect(await within(dialog).findByText('Only the newest 100 are listed.')).toBeVisible();
});

test('a dialog that cannot be fetched is fetched again on request', async () => {
  const messages = makeMessages({ undelivered: 1 });
  const backend = startBackend(makeSettings({ channels: [makeChannel({ messages })] }));
  backend.undelivered = { 'channel-1': [ana] };
  const host = createFakeHost();
  const { loadPart } = host;
  host.loadPart = (name) =>
    name === 'dialogs' ? Promise.reject(new Error('not reached')) : loadPart(name);
  const { user } = await openSettings({ host });
  const opener = screen.getByRole('button', { name: '1 undelivered: Demo Support' });
  await user.click(opener);
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent('This part could not be loaded.');
  await user.click(within(alert).getByRole('button', { name: 'Back' }));
  expect(screen.queryByRole('alert')).toBeNull();

  host.loadPart = loadPart;
  await user.click(opener);
  expect(await screen.findByRole('listitem', { name: /^Ana Souza/ })).toBeVisible();
});

test('Escape while the dialog is being fetched takes the wish back, and closes nothing else', async () => {
  const messages = makeMessages({ undelivered: 1 });
  startBackend(makeSettings({ channels: [makeChannel({ messages })] }));
  const host = createFakeHost();
  const { loadPart } = host;
  host.loadPart = (name) => (name === 'dialogs' ? new Promise(() => undefined) : loadPart(name));
  const { user } = await openSettings({ host });
  const opener = screen.getByRole('button', { name: '1 undelivered: Demo Support' });
  const heard: string[] = [];
  const note = (event: KeyboardEvent) => heard.push(event.key);
  await user.click(opener);
  expect(screen.getByText('Loading…')).toBeInTheDocument();
  document.addEventListener('keydown', note);
  await user.keyboard('{Escape}');
  document.removeEventListener('keydown', note);
  expect(heard).toEqual([]);
  expect(screen.queryByText('Loading…')).toBeNull();
  expect(opener).toHaveFocus();
});

test('somebody who is no administrator reads the list and can change nothing in it', async () => {
  const { dialog } = await openUndelivered([ana], (backend) => {
    backend.settings = { ...backend.settings, user: { id: 8002, is_admin: false } };
  });
  expect(await within(dialog).findByRole('listitem', { name: /^Ana Souza/ })).toBeVisible();
  expect(
    within(dialog)
      .getAllByRole('button')
      .map(({ textContent }) => textContent),
  ).toEqual(['Close']);
});
