import { base64, byId, FILE_MAX, make, replaceKept } from '../../page-parts/elements.js';
import { ask } from '../../page-parts/requests.js';
import { messageElement, summaryOf } from './message.js';

/** @typedef {import('./message.js').Seen} Seen */
/** @typedef {{app: string, is_installed: boolean, scopes: string[], messages: Seen[]}} Chat */
/** @typedef {{id: string, name: string, is_installed: boolean, owner: string, members: {id: string, real_name: string, name: string}[]}} Workspace */

const CONTROL = '/__emulator/services/slack';

const view = {
  team: byId('team', HTMLSelectElement),
  member: byId('member', HTMLSelectElement),
  app: byId('app', HTMLParagraphElement),
  log: byId('log', HTMLDivElement),
  empty: byId('empty', HTMLParagraphElement),
  status: byId('status', HTMLParagraphElement),
  composer: byId('composer', HTMLFormElement),
  context: byId('context', HTMLDivElement),
  text: byId('text', HTMLTextAreaElement),
  picture: byId('pictureInput', HTMLInputElement),
  file: byId('fileInput', HTMLInputElement),
};

/** @type {{messages: Seen[], workspaces: Workspace[], replyTo: Seen | null, editing: Seen | null, stream: EventSource | null}} */
const state = { messages: [], workspaces: [], replyTo: null, editing: null, stream: null };
/** @type {Map<string, {json: string, element: HTMLElement}>} */
const shown = new Map();

/** @param {string} text */
function say(text, isWrong = false) {
  view.status.textContent = text;
  view.status.classList.toggle('wrong', isWrong);
}

/**
 * An act of the member; what goes wrong stands in the status line.
 *
 * @param {string} path
 * @param {object} body
 */
async function act(path, body) {
  try {
    await ask(CONTROL + path, { team: view.team.value, member: view.member.value, ...body });
    say('');
    await refresh();
    return true;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), true);
    return false;
  }
}

/** @type {import('./message.js').Acts} */
const acts = {
  me: () => view.member.value,
  reply: (message) => setContext(message, null),
  edit: (message) => setContext(null, message),
  remove: (message) => act('/delete', { ts: message.ts }),
  react: (message, emoji, isTaken) => act('/react', { ts: message.ts, emoji, remove: isTaken }),
};

/**
 * @param {Seen | null} replyTo
 * @param {Seen | null} editing
 */
function setContext(replyTo, editing) {
  if (replyTo === null && state.editing !== null) view.text.value = '';
  state.replyTo = replyTo;
  state.editing = editing;
  const message = replyTo ?? editing;
  view.context.hidden = message === null;
  if (message === null) return;
  const label = view.context.firstElementChild;
  const words = `${editing === null ? 'Reply in the thread of' : 'Edit'}: ${summaryOf(message)}`;
  if (label !== null) label.textContent = words;
  if (editing !== null) view.text.value = editing.shown;
  view.text.focus();
}

/** Shows what changed. */
async function refresh() {
  const query = new URLSearchParams({ team: view.team.value, member: view.member.value });
  const asked = String(query);
  /** @type {Chat} */
  const chat = await ask(`${CONTROL}/chat?${asked}`);
  const now = new URLSearchParams({ team: view.team.value, member: view.member.value });
  // Another member was chosen meanwhile.
  if (String(now) !== asked) return;
  const isAtEnd = view.log.scrollTop + view.log.clientHeight >= view.log.scrollHeight - 40;
  state.messages = chat.messages;
  view.empty.hidden = chat.messages.length > 0;
  view.app.textContent = chat.is_installed
    ? `${chat.app} is installed here.`
    : `${chat.app} is not installed here: it hears nothing.`;
  const find = (/** @type {string} */ ts) => state.messages.find((one) => one.ts === ts);
  for (const message of chat.messages) show(message, find);
  // After a reset of the emulator nothing is there any more.
  for (const [ts, { element }] of shown) {
    if (find(ts) !== undefined) continue;
    element.remove();
    shown.delete(ts);
  }
  if (isAtEnd) view.log.scrollTop = view.log.scrollHeight;
}

/**
 * Only what changed is replaced, so that nothing else is read out again and the focus stays.
 *
 * @param {Seen} message
 * @param {(ts: string) => Seen | undefined} find
 */
function show(message, find) {
  const json = JSON.stringify(message);
  const known = shown.get(message.ts);
  if (known?.json === json) return;
  const element = messageElement(message, find, acts);
  if (known === undefined) view.log.append(element);
  else replaceKept(known.element, element);
  shown.set(message.ts, { json, element });
}

/** Shows the chosen member's conversation with the app, and follows it. */
async function open() {
  state.stream?.close();
  for (const { element } of shown.values()) element.remove();
  shown.clear();
  setContext(null, null);
  say('');
  const query = new URLSearchParams({ team: view.team.value, member: view.member.value });
  const stream = new EventSource(`${CONTROL}/changes?${query}`);
  stream.addEventListener('open', () => refresh());
  stream.addEventListener('message', () => refresh());
  state.stream = stream;
  await refresh();
  view.log.scrollTop = view.log.scrollHeight;
  const address = new URL(location.href);
  address.search = String(query);
  history.replaceState(null, '', address);
}

/** Lists the members of the chosen workspace. @param {string} [chosen] */
function listMembers(chosen) {
  const team = state.workspaces.find(({ id }) => id === view.team.value);
  const members = team?.members ?? [];
  view.member.replaceChildren(
    ...members.map(({ id, real_name: name }) => make('option', { value: id }, [`${name} (${id})`])),
  );
  const first = members.find(({ id }) => id !== team?.owner);
  view.member.value = members.find(({ id }) => id === chosen)?.id ?? first?.id ?? '';
}

/**
 * @param {HTMLInputElement} input
 * @param {'picture' | 'file'} kind
 */
async function sendChosen(input, kind) {
  const [file] = input.files ?? [];
  input.value = '';
  if (file === undefined) return;
  if (file.size > FILE_MAX) return say('The emulator takes files up to 4 MB here.', true);
  const mime = file.type || 'application/octet-stream';
  const content = await base64(file);
  await send({ kind, file: { name: file.name, mime, content_base64: content } });
}

/** @param {object} message a file may have what was written as its text */
async function send(message) {
  const text = view.text.value.trim();
  const given = { ...(text !== '' && { text }), ...message };
  const thread = state.replyTo === null ? {} : { thread_ts: state.replyTo.ts };
  if (await act('/send', { ...given, ...thread })) {
    setContext(null, null);
    view.text.value = '';
    view.log.scrollTop = view.log.scrollHeight;
  }
}

async function submit() {
  const text = view.text.value.trim();
  if (text === '') return;
  const { editing } = state;
  // Slack shows a preview of a link by itself.
  if (editing === null) return await send({ kind: /https?:\/\/\S/.test(text) ? 'link' : 'text' });
  if (await act('/edit', { ts: editing.ts, text })) setContext(null, null);
}

view.composer.addEventListener('submit', (event) => {
  event.preventDefault();
  void submit();
});
view.text.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    void submit();
  }
  if (event.key === 'Escape') setContext(null, null);
});
byId('drop', HTMLButtonElement).addEventListener('click', () => {
  setContext(null, null);
  view.text.focus();
});
byId('picture', HTMLButtonElement).addEventListener('click', () => view.picture.click());
byId('file', HTMLButtonElement).addEventListener('click', () => view.file.click());
byId('audio', HTMLButtonElement).addEventListener('click', () => void send({ kind: 'audio' }));
view.picture.addEventListener('change', () => void sendChosen(view.picture, 'picture'));
view.file.addEventListener('change', () => void sendChosen(view.file, 'file'));
view.team.addEventListener('change', () => {
  listMembers();
  void open();
});
view.member.addEventListener('change', () => void open());

const asked = new URL(location.href).searchParams;
const { workspaces } = await ask(`${CONTROL}/workspaces`);
state.workspaces = workspaces;
view.team.replaceChildren(
  ...state.workspaces.map(({ id, name }) => make('option', { value: id }, [name])),
);
const installed = state.workspaces.find(({ is_installed: isInstalled }) => isInstalled);
view.team.value = asked.get('team') ?? installed?.id ?? '';
if (view.team.value === '') view.team.selectedIndex = 0;
listMembers(asked.get('member') ?? undefined);
await open();
