import { Metrics } from '../../src/server/platform/metrics.ts';
import { expositionFaults } from '../support/exposition.ts';

test('what a backend answers to a scrape is what Prometheus reads', async () => {
  const metrics = new Metrics({ services: ['telegram'], watchesProcess: true });
  metrics.requestAnswered({ method: 'GET', route: '/a/:id', status: 200, seconds: 0.2 });
  const { body } = await metrics.text(undefined);
  expect(body.length).toBeGreaterThan(5_000);
  expect(expositionFaults(body)).toEqual([]);
});

const HEAD = '# HELP a What it is.\n# TYPE a counter\n';
const BUCKETS = '# HELP h What it is.\n# TYPE h histogram\n';

test.each([
  ['an unfinished line', `${HEAD}a 1`],
  ['a label without quotes', `${HEAD}a{b=c} 1\n`],
  ['a text with a line of its own', `${HEAD}a{b="one\ntwo"} 1\n`],
  ['a value that is no number', `${HEAD}a one\n`],
  ['a counter below nought', `${HEAD}a -1\n`],
  ['a sample of another family', `${HEAD}b 1\n`],
  ['a series that is there twice', `${HEAD}a{b="c"} 1\na{b="c"} 2\n`],
  ['a family in two places', `${HEAD}a 1\n${HEAD}`],
  ['a type that there is not', '# HELP a What.\n# TYPE a meter\n'],
  [
    'a bucket with less than the one before',
    `${BUCKETS}h_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_count 1\n`,
  ],
  ['a last bucket without everything', `${BUCKETS}h_bucket{le="+Inf"} 1\nh_count 2\n`],
])('%s is found', (_what, text) => {
  expect(expositionFaults(text)).not.toEqual([]);
});
