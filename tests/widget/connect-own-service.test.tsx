import { jest } from '@jest/globals';
import { screen } from '@testing-library/react';
import type { ConnectorDescription } from '../../src/contract/connectors.ts';
import { startBackend } from './support/backend.ts';
import { makeAttempt, makeChannel, makeSettings } from './support/make.ts';
import { openSettings } from './support/open-settings.tsx';

const api: ConnectorDescription = {
  id: 'api',
  auth: 'api_key',
  title_key: 'connectors.api.title',
  fields: [
    { name: 'name', type: 'text', required: true, secret: false },
    { name: 'callback_url', type: 'url', required: true, secret: false },
  ],
  carries_messages: true,
};

const site = { external_id: '0a1b', name: 'Site chat', handle: 'chat.example.com' };
const setup = {
  webhook_url: 'https://backend.test/connect/webhooks/api/channel-1',
  secret: 'sesame',
};

test('a service of one’s own is named, confirmed, and its address and secret are shown once', async () => {
  const backend = startBackend();
  backend.settings = makeSettings({ connectors: [api] });
  backend.onCredentials = ({ confirm }) => {
    if (!confirm) return makeAttempt({ connector: 'api', state: 'confirm', account: site });
    const channel = makeChannel({ account: site, name: 'Site chat', connector: 'api' });
    backend.settings = makeSettings({ connectors: [api], status: 'new', channels: [channel] });
    return makeAttempt({ connector: 'api', state: 'connected', account: site, channel, setup });
  };
  const { user } = await openSettings();
  await user.click(screen.getByRole('button', { name: 'Connect a chat account' }));
  await user.click(await screen.findByRole('button', { name: /^Your own chat service/ }));
  expect(
    await screen.findByText(/After connecting you get the address and the secret/),
  ).toBeVisible();
  await user.type(screen.getByLabelText('Name'), 'Site chat');
  await user.type(screen.getByLabelText('Callback address'), 'https://chat.example.com/kommo');
  await user.click(screen.getByRole('button', { name: 'Connect' }));
  expect(
    await screen.findByText('This is the service you named. Confirm to connect it.'),
  ).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Connect this account' }));

  expect(await screen.findByLabelText('Address to post to')).toHaveValue(setup.webhook_url);
  const secret = screen.getByLabelText('Secret');
  const copied = jest.spyOn(navigator.clipboard, 'writeText');
  expect(secret).toHaveValue('sesame');
  expect(secret).toHaveAttribute('readonly');
  await user.click(screen.getByRole('button', { name: 'Copy the secret' }));
  expect(copied).toHaveBeenLastCalledWith('sesame');
  await user.click(screen.getByRole('button', { name: 'Copy the address' }));
  expect(copied).toHaveBeenLastCalledWith(setup.webhook_url);

  await user.click(screen.getByRole('button', { name: 'I have saved both' }));
  expect(await screen.findByRole('listitem', { name: 'Site chat' })).toBeVisible();
  expect(document.body).not.toHaveTextContent('sesame');
  expect(screen.queryByDisplayValue('sesame')).toBeNull();
});
