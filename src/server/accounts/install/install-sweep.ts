import type { Parts } from '../../context.ts';
import { parseAccountHost } from '../../kommo/account-host.ts';
import { isKommoError } from '../../kommo/errors.ts';
import { inspectHost } from '../../kommo/rest/account.ts';
import type { Sweep } from '../../platform/sweep.ts';
import { exchangeInstallCode } from './exchange-install-code.ts';
import {
  claimHostLook,
  type DueCode,
  dropExcessInstallCodes,
  failInstallCode,
  listDueInstallCodes,
  noteHostLook,
  postponeInstallCode,
} from './rows.ts';

/** An administrator waits in front of the widget; between two rounds his install waits, too. */
const ROUND_MS = 500;

/** Under way at once. The budget towards Kommo is the limit, not an endpoint that hangs. */
const AT_ONCE: Record<DueCode['step'], number> = { vouched: 30, exchange: 30, look: 8 };

/** Exchanges a minute that led to no install and that nobody vouched for, over all hosts. */
const BUDGET = 30;

const LOOK_LEASE_SECONDS = 45;
const LOOK_AGAIN_SECONDS = 2;

/** Works off stored install codes, whoever received them and whoever died over them. */
export function installSweep(parts: Parts): Sweep {
  const underWay = new Map<string, { step: DueCode['step']; work: Promise<void> }>();
  const begin = (due: DueCode) => {
    const { id, step } = due;
    const work = (step === 'look' ? look(parts, due) : exchange(parts, due)).finally(() =>
      underWay.delete(id),
    );
    underWay.set(id, { step, work });
  };
  const free = (step: DueCode['step']) =>
    AT_ONCE[step] - [...underWay.values()].filter((one) => one.step === step).length;
  return {
    name: 'install codes that are due',
    everyMs: ROUND_MS,
    run: async () => {
      await dropExcessInstallCodes(parts.db);
      const most = { vouched: free('vouched'), exchange: free('exchange'), look: free('look') };
      for (const due of await listDueInstallCodes(parts.db, { most, budget: BUDGET })) {
        if (!underWay.has(due.id)) begin(due);
      }
    },
    rest: async () => void (await Promise.all([...underWay.values()].map(({ work }) => work))),
  };
}

async function exchange(parts: Parts, { id, host }: DueCode): Promise<void> {
  try {
    await exchangeInstallCode(parts, id);
  } catch (error) {
    parts.log.error({ err: error, host }, 'an install code could not be worked on');
  }
}

/**
 * The exchange sends our client secret, and anybody may name the host. So what nobody vouches for is looked at
 * first, without a secret: a page that welcomes a stranger is no account and gets nothing; what does not look
 * like an account waits behind what does.
 */
async function look(parts: Parts, { id, host: name }: DueCode): Promise<void> {
  try {
    const host = parseAccountHost(name);
    if (!(await claimHostLook(parts.db, id, LOOK_LEASE_SECONDS))) return;
    const found =
      host === undefined
        ? 'foreign'
        : await inspectHost(parts.kommo.forInstall({ isVouched: false }), host);
    if (found === 'foreign') await failInstallCode(parts.db, id, 'not_an_account');
    else await noteHostLook(parts.db, name, found);
  } catch (error) {
    // The budget is used up by others, which says nothing about this host.
    if (isKommoError(error)) await postponeInstallCode(parts.db, id, LOOK_AGAIN_SECONDS);
    else parts.log.error({ err: error, host: name }, 'a host could not be looked at');
  }
}
