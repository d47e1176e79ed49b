import { startAnalytics, track } from '../../src/widget/analytics.ts';

interface Sent {
  name: string;
  properties: unknown;
}

/** The page's loader; `arrive` and `fail` are what happens to the request. */
function loader() {
  const asked: string[] = [];
  let ready: (part: unknown) => void = () => undefined;
  let failed: (error: unknown) => void = () => undefined;
  Object.assign(window, {
    require: (ids: string[], done: typeof ready, fault: typeof failed) => {
      asked.push(...ids);
      ready = done;
      failed = fault;
    },
  });
  return { asked, arrive: (part: unknown) => ready(part), fail: () => failed(new Error('gone')) };
}

/** Amplitude, as far as it is used. */
function amplitude(sent: Sent[]) {
  const inits: unknown[] = [];
  const client = {
    init: (key: string) => inits.push(key),
    logEvent: (name: string, properties: unknown) => sent.push({ name, properties }),
  };
  return { inits, getInstance: () => client };
}

afterEach(() => {
  Object.assign(globalThis, { AMPLITUDE_API_KEY: '' });
});

test('without a key nothing is fetched', () => {
  const { asked } = loader();
  startAnalytics('/widget');
  track('settings_opened');
  expect(asked).toEqual([]);
});

test('with a key the library comes from the widget’s folder, and nothing counted until then is lost', () => {
  Object.assign(globalThis, { AMPLITUDE_API_KEY: 'public-key' });
  const page = loader();
  const sent: Sent[] = [];
  const library = amplitude(sent);
  startAnalytics('/widget');
  track('service_chosen', { connector: 'telegram' });
  expect(page.asked).toEqual(['/widget/amplitude.js?v=0.0.0-test']);
  page.arrive(library);
  track('settings_saved', { channels: 2 });
  expect(library.inits).toEqual(['public-key']);
  expect(sent).toEqual([
    { name: 'service_chosen', properties: { connector: 'telegram' } },
    { name: 'settings_saved', properties: { channels: 2 } },
  ]);
});

test('a library that cannot be had, or throws, disturbs nobody', () => {
  Object.assign(globalThis, { AMPLITUDE_API_KEY: 'public-key' });
  const page = loader();
  startAnalytics('/widget');
  page.fail();
  expect(() => track('settings_opened')).not.toThrow();

  startAnalytics('/widget');
  page.arrive({
    getInstance: () => {
      throw new Error('blocked');
    },
  });
  expect(() => track('settings_opened')).not.toThrow();
});
