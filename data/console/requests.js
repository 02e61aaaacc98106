// The list of requests: kept as data (at most kKept), shown as the few rows that are in sight. New
// ones come on top; who has scrolled down stays where they are.

import { language, on_language, text } from './texts.js';
import { announce, ask, copy_button, find, make } from './page.js';
import { explanation_parts, show_marks } from './explanation.js';

const kKept = 10_000;
const kOverscan = 8;

const list = find('list'), rows = find('rows'), detail = find('detail');
const fields = {
  text: find('filter-text'), verdict: find('filter-verdict'), operation: find('filter-operation'), who: find('filter-who'),
};

let all = [];  // oldest first
let shown = [];  // those of `all` that fit the filter
let selected;  // the id of a row
let opened;  // the id in the detail
let unseen = 0;  // came while the list was scrolled down
let greeted = false;
let causes = {};
let drawing = false;
const pool = [];  // row elements

// --- filter

let fits = () => true;

function read_filter() {
  const wanted = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value.trim().toLowerCase()]));
  fits = (row) => {
    if (wanted.verdict && (wanted.verdict === 'not-allowed' ? row.verdict === 'allowed' : row.verdict !== wanted.verdict)) return false;
    if (wanted.operation && !(row.operation ?? '').toLowerCase().includes(wanted.operation)) return false;
    if (wanted.who && !`${row.user ?? ''} ${row.ak ?? ''} ${row.account ?? ''}`.toLowerCase().includes(wanted.who)) return false;
    return !wanted.text || searchable(row).includes(wanted.text);
  };
}

const searchable = (row) => [row.method, row.host, `${row.path ?? ''}${row.query ? `?${row.query}` : ''}`, row.code, row.cause,
  title_of(row), row.operation, row.id, row.status, row.user, row.ak].join(' ').toLowerCase();

const title_of = (row) => (row.cause ? causes[row.cause]?.[language()] ?? row.cause : '');

const is_filtered = () => Object.values(fields).some((field) => field.value.trim() !== '');

function filter() {
  read_filter();
  shown = all.filter(fits);
  list.scrollTop = 0;
  unseen = 0;
  draw();
}

const known = { operations: new Set(), people: new Set() };
function suggest(kind, value) {
  const values = known[kind];
  if (!value || values.has(value) || values.size >= 200) return;
  values.add(value);
  find(kind).append(make('option', { value }));
}

// --- rows come

function add(batch) {
  const height = row_height();
  let fresh = 0;
  for (const row of batch) {
    all.push(row);
    if (fits(row)) {
      shown.push(row);
      ++fresh;
    }
    suggest('operations', row.operation);
    suggest('people', row.user);
  }
  if (all.length > kKept) {
    all = all.slice(-kKept);
    shown = all.filter(fits);
  }
  if (list.scrollTop > 0 && fresh > 0) {
    rows.style.height = `${shown.length * height}px`;
    list.scrollTop += fresh * height;
    unseen += fresh;
  }
  draw();
}

export const stream = {
  hello(resumed) {
    greeted = true;
    if (!resumed && all.length > 0) {
      // Another start of the server: it knows nothing of the old ones.
      all = [];
      shown = [];
      selected = undefined;
      find('missed').hidden = true;
    }
    draw();
  },
  requests: add,
  missed(count) {
    const line = find('missed');
    line.textContent = text('missed', { count });
    line.hidden = false;
  },
};

// --- drawing

function row_height() {
  return parseFloat(getComputedStyle(list).getPropertyValue('--row')) || 40;
}

function draw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    draw_rows();
    draw_around();
  });
}

function draw_rows() {
  const height = row_height();
  rows.style.height = `${shown.length * height}px`;
  const first = Math.max(0, Math.floor(list.scrollTop / height) - kOverscan);
  const last = Math.min(shown.length, Math.ceil((list.scrollTop + list.clientHeight) / height) + kOverscan);
  while (pool.length < last - first) pool.push(rows.appendChild(make_row()));
  pool.forEach((element, i) => {
    const index = first + i;
    element.hidden = index >= last;
    if (element.hidden) {
      element.removeAttribute('id');
      return;
    }
    fill_row(element, shown[shown.length - 1 - index], index, height);
  });
  const index = selected === undefined ? -1 : index_of(selected);
  if (index >= first && index < last) list.setAttribute('aria-activedescendant', `row-${index}`);
  else list.removeAttribute('aria-activedescendant');
}

function make_row() {
  return make('div', { role: 'option', class: 'row' },
    make('span', { class: 'verdict' }), make('span', { class: 'status' }), make('span', { class: 'operation' }),
    make('span', { class: 'who' }), make('span', { class: 'reason' }), make('time', { class: 'when' }));
}

const clock = (time) => {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : date.toLocaleTimeString(language(), { hour12: false });
};

function fill_row(element, row, index, height) {
  element.style.transform = `translateY(${index * height}px)`;
  element.id = `row-${index}`;
  element.setAttribute('aria-posinset', String(index + 1));
  element.setAttribute('aria-setsize', String(shown.length));
  element.setAttribute('aria-selected', String(row.id === selected));
  const key = `${language()} ${row.id}`;
  if (element.dataset.key === key && element.dataset.causes === String(Object.keys(causes).length)) return;
  element.dataset.key = key;
  element.dataset.causes = String(Object.keys(causes).length);
  element.dataset.id = row.id;
  const [verdict, status, operation, who, reason, when] = element.children;
  verdict.className = `verdict ${row.verdict}`;
  verdict.textContent = text(row.verdict);
  status.textContent = String(row.status);
  const line = `${row.method ?? ''} ${row.path ?? ''}${row.query ? `?${row.query}` : ''}`;
  operation.textContent = row.operation ?? line.slice(0, 300);
  operation.title = line.slice(0, 2000);
  who.textContent = row.user ?? row.ak ?? text('nobody');
  who.title = [row.account, row.user, row.ak].filter(Boolean).join(' · ');
  reason.textContent = row.verdict === 'allowed' ? '' : title_of(row) || row.code || '';
  reason.title = reason.textContent;
  when.textContent = clock(row.time);
  when.dateTime = row.time;
}

function draw_around() {
  find('count').textContent = greeted ? text('count', { shown: shown.length, all: all.length }) : text('loading');
  const empty = find('empty');
  const state = !greeted || shown.length > 0 ? '' : all.length > 0 ? 'filter' : 'none';
  list.classList.toggle('without', state !== '');
  if (empty.dataset.state !== state + language()) {
    empty.dataset.state = state + language();
    empty.replaceChildren();
    if (state === 'filter') empty.append(make('p', {}, text('nothing_fits')));
    if (state === 'none') {
      const line = `curl -s ${location.origin}/v3/projects`;
      empty.append(make('p', {}, text('nothing_yet')), make('p', {}, make('code', {}, line), ' ', copy_button(line)));
    }
  }
  empty.hidden = state === '';
  if (list.scrollTop === 0) unseen = 0;
  const newest = find('newest');
  newest.hidden = unseen === 0;
  newest.textContent = text('newest', { count: unseen });
}

// --- choosing

const index_of = (id) => {
  for (let i = shown.length - 1; i >= 0; --i) {
    if (shown[i].id === id) return shown.length - 1 - i;
  }
  return -1;
};

function select(index) {
  if (shown.length === 0) return;
  const at = Math.min(Math.max(index, 0), shown.length - 1);
  const row = shown[shown.length - 1 - at];
  selected = row.id;
  const height = row_height(), top = at * height;
  if (top < list.scrollTop) list.scrollTop = top;
  if (top + height > list.scrollTop + list.clientHeight) list.scrollTop = top + height - list.clientHeight;
  draw();
  if (opened !== undefined) open(row.id);
}

export function move(by) {
  const index = selected === undefined ? -1 : index_of(selected);
  select(index < 0 ? 0 : index + by);
}

export const to_end = (newest) => select(newest ? 0 : shown.length - 1);

export function open_selected() {
  if (selected === undefined) move(0);
  if (selected !== undefined) open(selected, true);
}

// `focus`: the reader goes there; moving through the list with it open does not.
async function open(id, focus = false) {
  opened = id;
  if (location.hash !== `#request/${id}`) history.replaceState(null, '', `#request/${id}`);
  document.body.classList.add('reading');
  detail.hidden = false;
  if (detail.dataset.id !== id) {
    detail.dataset.id = id;
    detail.replaceChildren(close_button(), make('p', { class: 'plain' }, text('loading')));
  }
  let parts;
  try {
    const explanation = await ask(`requests/${encodeURIComponent(id)}?lang=${language()}`);
    parts = explanation_parts(explanation);
    refine(id, explanation.cause?.id);
  } catch (error) {
    parts = [make('p', { class: 'plain' }, error.status === 404 ? text('gone') : error.message)];
  }
  if (opened !== id) return;
  detail.replaceChildren(close_button(), ...parts);
  detail.scrollTop = 0;
  show_marks(detail);
  if (focus) detail.focus();
  announce(detail.querySelector('h2')?.textContent ?? '');
}

// The explanation looks closer than the list could: what it found stands there too.
function refine(id, cause) {
  const row = all.find((each) => each.id === id);
  if (!row || !cause || row.cause === cause) return;
  row.cause = cause;
  for (const element of pool) {
    if (element.dataset.id === id) delete element.dataset.key;
  }
  draw();
}

const close_button = () => make('button', { type: 'button', class: 'close', onclick: close }, text('close'));

export function close() {
  if (opened === undefined) return false;
  opened = undefined;
  detail.hidden = true;
  detail.replaceChildren();
  delete detail.dataset.id;
  document.body.classList.remove('reading');
  history.replaceState(null, '', '#requests');
  list.focus();
  draw();
  return true;
}

// #request/ID
export function show(id) {
  if (!/^[0-9a-f]{1,64}$/.test(id)) return;
  selected = id;
  open(id);
}

export async function load_causes() {
  try {
    causes = await ask('causes');
  } catch {
    setTimeout(load_causes, 3000);  // ids do until then
    return;
  }
  draw();
}

export function set_up() {
  for (const field of Object.values(fields)) field.addEventListener('input', filter);
  find('filter-clear').addEventListener('click', () => {
    for (const field of Object.values(fields)) field.value = '';
    filter();
    fields.text.focus();
  });
  find('newest').addEventListener('click', () => {
    list.scrollTop = 0;
    list.focus();
    draw();
  });
  list.addEventListener('scroll', draw, { passive: true });
  list.addEventListener('click', (event) => {
    const element = event.target.closest('.row');
    if (!element) return;
    selected = element.dataset.id;
    draw();
    open(selected);
  });
  new ResizeObserver(draw).observe(list);
  on_language(() => {
    if (is_filtered()) filter();
    draw();
    if (opened !== undefined) open(opened);
  });
  draw();
}
