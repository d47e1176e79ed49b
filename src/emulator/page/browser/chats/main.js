// @ts-check
/** Kommo's inbox in small: chats, the chosen one's messages, its lead. */
import { h, icon } from '../core/dom.js';
import { boot } from './boot.js';
import { ChatList } from './chat-list.js';
import { Composer } from './composer.js';
import { FeedView } from './feed.js';
import { emulatorNow } from './format.js';
import { leadCard, showCard } from './lead-card.js';
import { follow } from './live.js';
import { noticeLine, say, sayError } from './notice.js';
import { rail } from './rail.js';
import { ask } from './requests.js';
import { openWriteFirst } from './write-first.js';

/** @typedef {import('../../chats/views.ts').Inbox} Inbox */
/** @typedef {import('../../chats/views.ts').Feed} Feed */

/** Messages shown at first, and more at each press of "Earlier messages". */
const PAGE = 100;
const BACK = 'M15 5l-7 7 7 7';
const CARD = 'M4 5h16v14H4zM14 5v14';

let chat = boot.chat;
let limit = PAGE;
/** @type {Inbox} */
let inbox = { chats: [], sources: [], templates: [], isConnected: false };
/** @type {Feed | null} */
let feed = null;
let typingTimer = 0;
let isLost = false;

const writeFirst = h('button', { type: 'button', class: 'button' }, 'Write first');
const list = new ChatList((id) => choose(id), writeFirst);
const messages = new FeedView({ quote: (message) => composer.quote(message), react }, () => {
  limit += PAGE;
  restart();
});
const composer = new Composer(() => messages.followEnd());
const person = h('h2', { class: 'talk__name', tabindex: -1 });
const source = h('span', { class: 'talk__source' });
const typing = h('p', { class: 'talk__typing', role: 'status' });
const offline = h('p', { class: 'talk__offline', hidden: true });
const back = h(
  'button',
  { type: 'button', class: 'tool talk__back', 'aria-label': 'All chats' },
  icon(BACK),
);
const cardButton = h(
  'button',
  { type: 'button', class: 'tool talk__card', 'aria-label': 'Lead card', 'aria-expanded': 'false' },
  icon(CARD),
);
const nothing = h('p', { class: 'talk__nothing' });
const talk = h('div', { class: 'talk__main' }, [
  messages.element,
  typing,
  offline,
  composer.element,
]);
const root = h('main', { class: 'inbox' }, [
  list.element,
  h('section', { class: 'talk', 'aria-label': 'Conversation' }, [
    h('header', { class: 'talk__head' }, [
      back,
      h('div', { class: 'talk__title' }, [person, source]),
      cardButton,
    ]),
    nothing,
    talk,
  ]),
  leadCard(),
]);

function draw() {
  list.show(inbox.chats, chat);
  composer.show(chat, inbox.templates);
  root.dataset.pane = chat === null ? 'list' : 'talk';
  const isShown = feed !== null && feed.id === chat;
  talk.hidden = !isShown;
  nothing.hidden = isShown;
  nothing.textContent = chat === null ? 'Choose a chat to read it.' : 'There is no such chat.';
  nothing.classList.toggle('talk__nothing_quiet', chat !== null && feed?.id !== chat && isWaiting);
  person.textContent = isShown ? (feed?.name ?? '') : '';
  source.textContent = isShown ? (feed?.source ?? '') : '';
  cardButton.hidden = !isShown;
  offline.hidden = inbox.isConnected;
  offline.textContent = 'The channel is not connected: nothing can be sent.';
  writeFirst.disabled = inbox.sources.length === 0;
  showCard(isShown ? feed : null);
  const unread = inbox.chats.reduce((sum, row) => sum + row.unread, 0);
  document.title = `${unread > 0 ? `(${unread}) ` : ''}Chats - ${boot.account.name}`;
}

/** Nothing has come from the stream about this chat yet. */
let isWaiting = true;
/** Somebody chose the chat just now. */
let mayFocus = false;

function restart() {
  follow(chat, limit, {
    inbox: (value) => {
      inbox = value;
      markRead();
      draw();
    },
    feed: (value) => {
      feed = value;
      isWaiting = false;
      draw();
      if (value) messages.show(value);
      showTyping();
      focusReply();
    },
    connection: (isOpen) => {
      if (!isOpen && !isLost) say('The emulator does not answer. The page tries again.', 'error');
      if (isOpen && isLost) say('The emulator answers again.');
      isLost = !isOpen;
    },
  });
}

/** A chat that lies open in front of a person is read. */
function markRead() {
  const row = inbox.chats.find(({ id }) => id === chat);
  if (row === undefined || row.unread === 0 || document.hidden) return;
  ask('/read', { chat }).catch(sayError);
}

function showTyping() {
  clearTimeout(typingTimer);
  const left = (feed?.typingUntil ?? 0) - emulatorNow();
  typing.textContent = left > 0 ? `${feed?.name} is typing…` : '';
  if (left > 0) typingTimer = window.setTimeout(showTyping, left);
}

/** @param {string | null} id @param {boolean} [isBack] the address says so already */
function choose(id, isBack = false) {
  if (id === chat) return;
  chat = id;
  limit = PAGE;
  isWaiting = true;
  showLeadCard(false);
  if (!isBack) history.pushState(null, '', id === null ? '/chats/' : `/chats/${id}`);
  draw();
  restart();
  mayFocus = id !== null && !isBack;
}

/** Whoever chose a chat wants to write in it, unless they have gone elsewhere meanwhile. */
function focusReply() {
  const focused = document.activeElement;
  const isStill = focused === document.body || focused?.getAttribute('aria-current') === 'true';
  if (mayFocus && isStill) composer.focus();
  mayFocus = false;
}

/**
 * @param {import('../../chats/views.ts').MessageView} message
 * @param {string | null} emoji
 */
function react({ id }, emoji) {
  ask('/reaction', { chat, message: id, emoji, sender: composer.sender }).catch(sayError);
}

back.addEventListener('click', () => choose(null));
/** Where the window is too narrow for the card, it lies over the chat. @param {boolean} isOpen */
function showLeadCard(isOpen) {
  root.toggleAttribute('data-card', isOpen);
  cardButton.setAttribute('aria-expanded', String(isOpen));
}

cardButton.addEventListener('click', () => showLeadCard(!root.hasAttribute('data-card')));
root.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') showLeadCard(false);
});
writeFirst.addEventListener('click', () =>
  openWriteFirst(inbox, composer.sender, (id) => choose(id)),
);
document.addEventListener('visibilitychange', markRead);
window.addEventListener('popstate', () => {
  choose(/^\/chats\/([^/]+)/.exec(window.location.pathname)?.[1] ?? null, true);
});

document.body.append(rail(), root, noticeLine());
draw();
restart();
