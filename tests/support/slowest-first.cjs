const { statSync } = require('node:fs');

/** Files that take more than ten seconds, the longest first. Names that are missing here only cost time. */
const SLOW = [
  'faults',
  'stop',
  'refresh-races',
  'outage',
  'process',
  'migrate-postgres',
  'hanging',
  'install-kills',
  'refresh',
  'uninstall-kills',
  'built-widget',
  'dead-grants',
  'save-kills',
  'qr-attempts',
  'clean-up',
  'fair-shares',
  'new-connector',
  'unreadable-secrets',
  'save-races',
  'install-flood',
  'channel-limit-race',
  'rate',
  'data-dir-lock',
];

const baseName = (path) => path.slice(path.lastIndexOf('/') + 1).replace(/\.test\.tsx?$/, '');

/** Long ones first, so that none of them runs alone at the end; the same order on every machine. */
module.exports = class SlowestFirst {
  sort(tests) {
    const weigh = ({ path }) => {
      const place = SLOW.indexOf(baseName(path.replaceAll('\\', '/')));
      return place < 0 ? statSync(path).size : Number.MAX_SAFE_INTEGER - place;
    };
    const weighed = tests.map((test) => ({ test, weight: weigh(test) }));
    return weighed.sort((one, other) => other.weight - one.weight).map(({ test }) => test);
  }

  /** In turn, so that each part has its share of the slow ones. */
  shard(tests, { shardIndex, shardCount }) {
    return this.sort(tests).filter((_test, index) => index % shardCount === shardIndex - 1);
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {}
};
