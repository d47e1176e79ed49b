import { byId, make } from '../../page-parts/elements.js';
import { Pane } from './pane.js';
import { getChat, getPeople, getSessionList, getSessions, listen, post } from './requests.js';

/**
 * @typedef {import('./requests.js').Person} Person
 * @typedef {import('./requests.js').Group} Group
 * @typedef {import('./requests.js').Session} Session
 */

/** How often the linked devices are looked at; the network's own changes come by themselves. */
const SESSIONS_MS = 1500;
/** Somebody to talk with on a network where nobody is yet. */
const FIRST_PERSON = { phone: '5511955550101', name: 'Beatriz' };

const view = {
  talk: byId('talk', HTMLElement),
  line: byId('line', HTMLSelectElement),
  chat: byId('chat', HTMLSelectElement),
  speaker: byId('speaker', HTMLSelectElement),
  speakerLabel: byId('speakerLabel', HTMLLabelElement),
  switches: byId('switches', HTMLFieldSetElement),
  offline: byId('offline', HTMLInputElement),
  blocking: byId('blocking', HTMLInputElement),
  absent: byId('absent', HTMLInputElement),
  addressing: byId('addressing', HTMLSelectElement),
  status: byId('status', HTMLParagraphElement),
  panes: byId('panes', HTMLDivElement),
  person: byId('personDialog', HTMLDialogElement),
  group: byId('groupDialog', HTMLDialogElement),
  members: byId('members', HTMLFieldSetElement),
};

/** @type {{people: Person[], groups: Group[], absent: string[], sessions: string, shown: string}} */
const state = { people: [], groups: [], absent: [], sessions: '', shown: '' };

/** @param {string} text */
function say(text, isWrong = false) {
  view.status.textContent = text;
  view.status.classList.toggle('wrong', isWrong);
}

/** @param {unknown} error */
function complain(error) {
  say(error instanceof Error ? error.message : String(error), true);
}

const isGroup = () => view.chat.value.endsWith('@g.us');

/** The chat that is shown, and who speaks in it. */
function scene() {
  const group = isGroup() ? { chat: view.chat.value } : {};
  return {
    line: view.line.value,
    client: isGroup() ? view.speaker.value : view.chat.value,
    ...group,
  };
}

/**
 * An act; what goes wrong stands in the status line.
 *
 * @param {string} act
 * @param {object} given
 */
async function doing(act, given) {
  try {
    await post(act, { ...scene(), ...given });
    if (act !== 'presence') say('');
    await refresh();
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

/** @param {boolean} isClient */
function makePane(isClient) {
  const template = byId('paneTemplate', HTMLTemplateElement);
  const root = template.content.firstElementChild?.cloneNode(true);
  if (!(root instanceof HTMLElement)) throw new Error('The template is empty.');
  view.panes.append(root);
  return new Pane(root, { isClient, doing, say });
}

const client = makePane(true);
const phone = makePane(false);

/**
 * Fills a select anew, keeping what is chosen.
 *
 * @param {HTMLSelectElement} select
 * @param {[string, string][]} options
 */
function fill(select, options) {
  const json = JSON.stringify(options);
  if (select.dataset.options === json) return;
  const chosen = select.value;
  select.dataset.options = json;
  select.replaceChildren(...options.map(([value, text]) => make('option', { value }, [text])));
  if (options.some(([value]) => value === chosen)) select.value = chosen;
}

/** @param {string} number */
function nameOf(number) {
  return state.people.find((person) => person.phone === number)?.name ?? `+${number}`;
}

async function loadPeople() {
  const { clients, groups, absent } = await getPeople();
  Object.assign(state, { people: clients, groups, absent });
  fill(view.chat, [
    ...clients.map(
      (person) =>
        /** @type {[string, string]} */ ([person.phone, `${person.name} (+${person.phone})`]),
    ),
    ...groups.map((group) => /** @type {[string, string]} */ ([group.id, `${group.name} (group)`])),
  ]);
  const group = groups.find(({ id }) => id === view.chat.value);
  const members = group?.members ?? [];
  fill(
    view.speaker,
    members.map((one) => /** @type {[string, string]} */ ([one, nameOf(one)])),
  );
}

async function refresh() {
  if (view.line.value === '') return;
  await loadPeople();
  if (view.chat.value === '') return;
  const chosen = scene();
  const key = JSON.stringify([chosen.line, view.chat.value]);
  const chat = await getChat(chosen);
  if (JSON.stringify([view.line.value, view.chat.value]) !== key) return;
  if (state.shown !== key) {
    state.shown = key;
    client.clear();
    phone.clear();
  }
  showSwitches();
  const name = nameOf(chosen.client);
  const other = isGroup() ? chat.name : name;
  client.render({
    chat,
    own: chosen.client,
    title: isGroup() ? `${name}’s phone, in ${other}` : `${name}’s phone`,
    asWhom: `Message as ${name}`,
  });
  phone.render({
    chat,
    own: chosen.line,
    title: `Business phone, chat with ${other}`,
    asWhom: 'Message written on the business phone',
  });
}

function showSwitches() {
  const person = state.people.find((one) => one.phone === scene().client);
  view.speakerLabel.hidden = !isGroup();
  view.switches.hidden = person === undefined;
  if (person === undefined) return;
  view.offline.checked = person.is_offline;
  view.blocking.checked = person.is_blocking;
  view.absent.checked = state.absent.includes(person.phone);
  view.addressing.value = person.addressing;
}

/** @param {object} change */
function changePerson(change) {
  void doing('client', { client: { phone: scene().client, ...change } });
}

view.offline.addEventListener('change', () => changePerson({ is_offline: view.offline.checked }));
view.blocking.addEventListener('change', () =>
  changePerson({ is_blocking: view.blocking.checked }),
);
view.addressing.addEventListener('change', () =>
  changePerson({ addressing: view.addressing.value }),
);
view.absent.addEventListener('change', () => {
  void doing('absent', { phone: scene().client, is_absent: view.absent.checked });
});
for (const select of [view.line, view.chat, view.speaker]) {
  select.addEventListener('change', () => void refresh().catch(complain));
}

byId('addPerson', HTMLButtonElement).addEventListener('click', () => view.person.showModal());
view.person.addEventListener('close', () => void addFrom(view.person, addPerson));
byId('addGroup', HTMLButtonElement).addEventListener('click', () => {
  void openGroupDialog().catch(complain);
});
view.group.addEventListener('close', () => void addFrom(view.group, addGroup));

async function openGroupDialog() {
  await loadPeople();
  const boxes = state.people.map((person) => {
    const box = make('input', { type: 'checkbox', name: 'member', value: person.phone });
    return make('label', {}, [box, ` ${person.name}`]);
  });
  view.members.replaceChildren(make('legend', {}, ['Members']), ...boxes);
  view.group.showModal();
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {(form: FormData) => Promise<string>} add makes it, and gives its chat
 */
async function addFrom(dialog, add) {
  const form = dialog.querySelector('form');
  if (dialog.returnValue !== 'add' || form === null) return;
  const given = new FormData(form);
  form.reset();
  try {
    const chat = await add(given);
    await loadPeople();
    view.chat.value = chat;
    await refresh();
    say('');
  } catch (error) {
    complain(error);
  }
}

/** @param {FormData} form */
async function addPerson(form) {
  const given = String(form.get('phone')).replace(/^\+/, '');
  await post('client', { client: { phone: given, name: String(form.get('name')) } });
  return given;
}

/** @param {FormData} form */
async function addGroup(form) {
  const members = form.getAll('member').map(String);
  if (members.length === 0) throw new Error('A group needs a member.');
  const { id } = await post('group', { name: String(form.get('name')), members });
  return id;
}

/** @param {Session[]} sessions */
async function showSessions(sessions) {
  const list = await getSessionList();
  const known = document.getElementById('sessions');
  // Nothing is taken away from under somebody's fingers.
  if (list !== null && known !== null && !known.contains(document.activeElement)) {
    known.replaceWith(document.importNode(list, true));
  }
  const working = sessions.filter(({ phase }) => phase === 'working');
  const numbers = new Map(
    working.map(({ phone: linked }) => [
      linked?.number ?? '',
      `+${linked?.number} ${linked?.name}`,
    ]),
  );
  fill(view.line, [...numbers]);
  view.talk.hidden = numbers.size === 0;
}

async function watchSessions() {
  const sessions = await getSessions();
  const json = JSON.stringify(sessions);
  if (json === state.sessions) return;
  state.sessions = json;
  await showSessions(sessions);
  if (view.talk.hidden) return;
  if ((await getPeople()).clients.length === 0) await post('client', { client: FIRST_PERSON });
  await refresh();
}

await watchSessions().catch(complain);
setInterval(() => void watchSessions().catch(complain), SESSIONS_MS);
listen(() => void refresh().catch(complain));
