import { attemptAt, FOUR, scanning, settingsOf, whatsappChannel } from '../channels.ts';
import type { Held } from '../fake-backend.ts';
import { expect } from '../patient-expect.ts';
import type { Screen } from '../screen.ts';
import type { GalleryState } from '../state.ts';

type Rest = Omit<GalleryState, 'name' | 'title' | 'group'>;
const qr = (name: string, title: string, rest: Rest): GalleryState => ({
  name: `qr-${name}`,
  group: 'qr',
  title,
  ...rest,
});

const holds =
  (attempt = scanning(), change: Partial<Held> = {}) =>
  (): Held => ({
    settings: settingsOf(FOUR),
    attempt,
    ...change,
  });
const start = async (screen: Screen) => {
  await screen.choose('connectors.waha.title');
  await screen.press('qr.show');
};
/** What becomes of the attempt once its code is on the screen. */
const startThen = (attempt: Parameters<Screen['backend']['push']>[0]) => async (screen: Screen) => {
  await start(screen);
  await screen.seesHeading('qr.title');
  await screen.backend.push(attempt);
};
const typePhone = async (screen: Screen) => {
  await start(screen);
  await screen.press('qr.pairing');
  await screen.fill('qr.phone', '+55 11 91234 5678');
  await screen.press('qr.get_code');
};

const { qr: _, ...noCode } = scanning();

export const QR_STATES: GalleryState[] = [
  qr('notice', 'What to know before one scans', {
    holds: holds(),
    steps: (screen) => screen.choose('connectors.waha.title'),
    seen: (screen) => screen.sees('qr.notice_title'),
  }),
  qr('preparing', 'The code is on its way', {
    holds: holds({ ...noCode, state: 'starting' }),
    steps: start,
    seen: (screen) => expect(screen.widget.getByText(screen.t('qr.preparing'))).toBeAttached(),
  }),
  qr('code', 'The code, to be scanned', {
    holds: holds(),
    steps: start,
    seen: (screen) => screen.seesHeading('qr.title'),
  }),
  qr('pairing', 'The phone number instead of the camera', {
    holds: holds(),
    steps: async (screen) => {
      await start(screen);
      await screen.press('qr.pairing');
    },
    seen: (screen) => expect(screen.get('textbox', 'qr.phone')).toBeVisible(),
  }),
  qr('pairing-empty', 'A number is needed', {
    holds: holds(),
    steps: async (screen) => {
      await start(screen);
      await screen.press('qr.pairing');
      await screen.press('qr.get_code');
    },
    seen: (screen) => screen.sees('qr.phone_required'),
  }),
  qr('pairing-question', 'Is this your number?', {
    holds: holds(),
    steps: typePhone,
    seen: (screen) => expect(screen.button('qr.yes_get_code')).toBeVisible(),
  }),
  qr('pairing-code', 'The code to type into the phone', {
    holds: holds(scanning(), { found: scanning({ pairing_code: 'ABCDEFGH' }) }),
    steps: async (screen) => {
      await typePhone(screen);
      await screen.press('qr.yes_get_code');
    },
    seen: (screen) => screen.sees('qr.code_text'),
  }),
  qr('linking', 'The phone is being linked', {
    holds: holds(),
    steps: startThen(attemptAt('waha', { state: 'waiting', reason: 'linking' })),
    seen: (screen) => screen.seesHeading('qr.linking'),
  }),
  qr('trouble', 'The service is in trouble', {
    holds: holds(),
    steps: startThen(attemptAt('waha', { state: 'waiting', reason: 'service_unreachable' })),
    seen: (screen) => screen.sees('qr.trouble'),
  }),
  qr('refused', 'The service refused', {
    holds: holds(),
    steps: startThen(attemptAt('waha', { state: 'failed', reason: 'rejected' })),
    seen: (screen) => screen.sees('result.failed'),
  }),
  qr('connected', 'The phone is linked', {
    holds: holds(),
    steps: startThen(
      attemptAt('waha', {
        state: 'connected',
        account: { external_id: '447700900123', name: 'Late shift', handle: '+447700900123' },
        channel: { ...whatsappChannel, id: 'waha-3', name: 'Late shift', is_saved: false },
      }),
    ),
    seen: (screen) => screen.sees('result.connected'),
  }),
  qr('expired', 'Nobody scanned the code', {
    holds: holds(),
    steps: startThen({ ...scanning(), state: 'expired', reason: 'timed_out' }),
    seen: (screen) => expect(screen.button('qr.new_code')).toBeVisible(),
  }),
  qr('not-started', 'No code could be asked for', {
    holds: holds(scanning(), {
      refuses: { 'POST /messenger/channels': { code: 'connector_misconfigured' } },
    }),
    steps: start,
    seen: (screen) => screen.sees('errors.connector_misconfigured'),
  }),
  qr('reconnect', 'A channel that is linked again', {
    holds: holds(),
    steps: (screen) => screen.chooseInMenu('Night shift', 'status_action.scan_again'),
    seen: (screen) => expect(screen.button('qr.show')).toBeVisible(),
  }),
];
