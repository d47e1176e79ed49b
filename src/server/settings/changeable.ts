import type { Settings } from '../../contract/api.ts';

/**
 * Which settings may change while the integration runs. The country is fixed by the first save: phone
 * numbers that were typed the national way were completed with it, and the numbers of existing channels
 * would be read as another country's under a new one.
 */
export const CHANGEABLE: Settings['changeable'] = {
  'channels.name': 'anytime',
  'channels.pipeline_ids': 'anytime',
  default_channel_id: 'anytime',
  'preferences.language': 'anytime',
  'preferences.country': 'reinstall',
};
