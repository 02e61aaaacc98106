// The page: its tabs, language, colours and keys; the rest is in the files beside it.

import { language, on_language, set_language, text } from './texts.js';
import { find, make, remember, remembered } from './page.js';
import { listen } from './events.js';
import * as requests from './requests.js';
import * as doctor from './doctor.js';
import * as endpoints from './endpoints.js';

// --- tabs

const kTabs = ['requests', 'doctor', 'endpoints'];
let tab;

function show_tab(name, focus = false) {
  tab = name;
  for (const each of kTabs) {
    const button = find(`tab-${each}`);
    find(each).hidden = each !== name;
    button.setAttribute('aria-selected', String(each === name));
    button.tabIndex = each === name ? 0 : -1;
  }
  document.body.dataset.tab = name;
  if (name === 'endpoints') endpoints.load();
  if (focus) find({ requests: 'list', doctor: 'paste', endpoints: 'endpoint-text' }[name]).focus();
}

function go(name, focus) {
  if (name !== tab) history.pushState(null, '', `#${name}`);
  show_tab(name, focus);
}

function follow_hash() {
  const [name, id] = location.hash.slice(1).split('/');
  if (name === 'request' && id) {
    show_tab('requests');
    requests.show(id);
  } else {
    show_tab(kTabs.includes(name) ? name : 'requests');
  }
}

function set_up_tabs() {
  for (const name of kTabs) find(`tab-${name}`).addEventListener('click', () => go(name));
  find('tabs').addEventListener('keydown', (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    const next = kTabs[(kTabs.indexOf(tab) + by + kTabs.length) % kTabs.length];
    go(next);
    find(`tab-${next}`).focus();
  });
  window.addEventListener('hashchange', follow_hash);
  find('skip').addEventListener('click', (event) => {
    event.preventDefault();
    go('requests', true);
  });
}

// --- language and colours

function set_up_language() {
  const button = find('language');
  on_language(() => {
    button.textContent = text('other_language');
    button.lang = language() === 'en' ? 'zh-CN' : 'en';
    button.setAttribute('aria-label', text('other_language_label'));
    document.title = language() === 'en' ? 'Jianmen' : '剑门 Jianmen';
    draw_keys();
    draw_theme();
    draw_connection();
  });
  button.addEventListener('click', () => {
    set_language(language() === 'en' ? 'zh-CN' : 'en');
    remember('language', language());
  });
}

const kThemes = ['auto', 'light', 'dark'];
const kThemeSigns = { auto: '◐', light: '☀', dark: '☾' };
let theme = 'auto';

function draw_theme() {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  const button = find('theme');
  button.textContent = kThemeSigns[theme];
  button.setAttribute('aria-label', text(`theme_${theme}`));
  button.title = text(`theme_${theme}`);
}

function set_up_theme() {
  const chosen = remembered('theme');
  if (kThemes.includes(chosen)) theme = chosen;
  find('theme').addEventListener('click', () => {
    theme = kThemes[(kThemes.indexOf(theme) + 1) % kThemes.length];
    remember('theme', theme);
    draw_theme();
  });
}

// --- connection

let connection = 'connecting';

function draw_connection() {
  find('connection').dataset.state = connection;
  find('connection').textContent = text(connection);
}

// --- keys

const kKeys = [['j  k', 'key_move'], ['Home  End', 'key_ends'], ['Enter', 'key_open'], ['Esc', 'key_close'],
  ['/', 'key_filter'], ['1  2  3', 'key_tabs'], ['?', 'key_help']];

function draw_keys() {
  find('keys-list').replaceChildren(...kKeys.flatMap(([keys, meaning]) => [
    make('dt', {}, keys.split('  ').flatMap((key) => [make('kbd', {}, key), ' '])), make('dd', {}, text(meaning))]));
}

const is_field = (element) => element.matches('input, select, textarea');

function escape(event) {
  if (find('keys').open) return;  // the dialog closes itself
  if (is_field(event.target)) {
    if (tab === 'requests') find('list').focus();
    else event.target.blur();
  } else if (tab === 'requests') {
    requests.close();
  }
}

const kActions = {
  j: () => requests.move(1),
  ArrowDown: () => requests.move(1),
  k: () => requests.move(-1),
  ArrowUp: () => requests.move(-1),
  Home: () => requests.to_end(true),
  End: () => requests.to_end(false),
  Enter: () => requests.open_selected(),
};

function take_key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === 'Escape') return escape(event);
  if (is_field(event.target) || find('keys').open) return;
  const in_list = document.activeElement === find('list');
  const letter = event.key === 'j' || event.key === 'k';
  const on_button = event.target.matches('button, a');
  if (event.key === '/') {
    show_tab(tab === 'endpoints' ? 'endpoints' : 'requests');
    find(tab === 'endpoints' ? 'endpoint-text' : 'filter-text').focus();
  } else if (event.key === '?') {
    find('keys').showModal();
  } else if (['1', '2', '3'].includes(event.key)) {
    go(kTabs[Number(event.key) - 1], true);
  } else if (tab === 'requests' && kActions[event.key] &&
             (letter || in_list || (event.key === 'Enter' && !on_button && document.activeElement === document.body))) {
    kActions[event.key]();
  } else {
    return;
  }
  event.preventDefault();
}

function set_up_keys() {
  document.addEventListener('keydown', take_key);
  find('help').addEventListener('click', () => find('keys').showModal());
  find('keys-close').addEventListener('click', () => find('keys').close());
}

// --- all of it

set_up_tabs();
set_up_language();
set_up_theme();
set_up_keys();
requests.set_up();
doctor.set_up();
endpoints.set_up();
set_language(remembered('language') ?? navigator.language ?? 'en');
follow_hash();
requests.load_causes();
listen({
  ...requests.stream,
  state(name) {
    connection = name;
    draw_connection();
  },
});
