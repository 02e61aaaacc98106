// An explanation (`jianmen explain --json`, `jianmen doctor --json`) as elements, in the order in
// which a person wants it: what, why, what to change, then the proof.

import { text, word } from './texts.js';
import { make, copy_button } from './page.js';

const part = (title, ...children) => make('section', { class: 'part' }, make('h3', {}, title), children);

const shown = (value) => {
  if (Array.isArray(value)) return value.length ? value.map(shown).join(', ') : text('nothing');
  if (value !== null && typeof value === 'object') {
    return Object.entries(value).map(([name, inner]) => `${name} ${shown(inner)}`).join(', ');
  }
  return value === '' || value === null ? text('nothing') : String(value);
};

function table(rows) {
  const body = make('tbody');
  for (const [name, value] of rows) {
    if (value === undefined) continue;
    body.append(make('tr', {}, make('th', { scope: 'row' }, name), make('td', {}, value)));
  }
  return make('table', { class: 'facts' }, body);
}

const with_copy = (value, what) => make('span', { class: 'copied' }, make('code', {}, value), ' ', copy_button(value, what));

function fixes(fix) {
  return make('ol', { class: 'fix' }, fix.map((line) =>
    make('li', {}, make('code', {}, line), copy_button(line))));
}

// --- the signature's difference

// The same beginning and the same end, in whole characters; what is between is marked.
export function split_difference(signed, arrived) {
  const a = Array.from(signed), b = Array.from(arrived);
  let begin = 0;
  while (begin < a.length && begin < b.length && a[begin] === b[begin]) ++begin;
  let end = 0;
  while (end < a.length - begin && end < b.length - begin && a[a.length - 1 - end] === b[b.length - 1 - end]) ++end;
  const cut = (all) => [all.slice(0, begin).join(''), all.slice(begin, all.length - end).join(''),
    end ? all.slice(-end).join('') : ''];
  return { signed: cut(a), arrived: cut(b), at: begin + 1 };
}

// Blanks, tabs and line ends can be the difference: they are shown.
const visible = (value) => value.replace(/[\u0000-\u0020\u007f\u00a0]/g, (character) =>
  character === ' ' ? '␠' : character === '\u007f' ? '␡' : character === '\u00a0' ? '⍽'
    : String.fromCodePoint(0x2400 + character.codePointAt(0)));

function difference_line(label, [before, middle, after]) {
  const line = make('code', { class: 'line' }, before);
  line.append(make('mark', {}, middle ? visible(middle) : '∅'), after);
  if (!before && !middle && !after) line.replaceChildren(make('mark', {}, text('nothing')));
  return make('div', { class: 'side' }, make('span', { class: 'side-name' }, label), line);
}

function find_difference(explanation) {
  if (explanation.difference) return explanation.difference;
  const rows = new Map((explanation.evidence ?? []).map(({ name, value }) => [name, value]));
  if (typeof rows.get('signed') !== 'string' || typeof rows.get('arrived') !== 'string') return undefined;
  return { line: rows.get('line') ?? '', signed: rows.get('signed'), arrived: rows.get('arrived') };
}

function difference(found) {
  const { signed, arrived, at } = split_difference(found.signed, found.arrived);
  const line = found.header ?? found.line;
  return part(text('difference'),
    line ? make('p', {}, text('difference_line', { line })) : undefined,
    make('div', { class: 'difference' },
      difference_line(text('signed'), signed), difference_line(text('arrived'), arrived)),
    make('p', { class: 'quiet' }, text('difference_at', { at })));
}

// Long lines scroll: what differs is brought into sight.
export function show_marks(place) {
  for (const box of place.querySelectorAll('.difference')) {
    const mark = box.querySelector('mark');
    const behind = mark.getBoundingClientRect().right - box.getBoundingClientRect().right;
    if (behind > 0) box.scrollLeft = behind + box.clientWidth / 3;
  }
}

// --- the way

function steps(list) {
  const total = list.reduce((sum, step) => sum + step.us, 0);
  const bar = make('div', { class: 'bar', 'aria-hidden': 'true' });
  const names = make('ol', { class: 'steps' });
  list.forEach((step, i) => {
    const bad = i === list.length - 1 && /refused|no operation|no service/.test(step.outcome);
    const piece = make('span', { class: `step-${i % 6}${bad ? ' bad' : ''}` });
    piece.style.flexGrow = String(Math.max(step.us, total / 100, 1));
    bar.append(piece);
    names.append(make('li', { class: bad ? 'bad' : undefined },
      make('span', { class: `dot step-${i % 6}`, 'aria-hidden': 'true' }),
      make('b', {}, word('step_', step.step)), ' ', make('span', { class: 'outcome' }, step.outcome), ' ',
      make('span', { class: 'us' }, `${step.us} µs`)));
  });
  return part(text('steps'), bar, names, make('p', { class: 'quiet' }, text('steps_total', { us: total })));
}

// --- the whole

function heading(explanation) {
  const { cause, verdict } = explanation;
  const percent = cause && Math.round(cause.confidence * 100);
  return make('header', { class: 'what' },
    verdict ? make('p', { class: `verdict ${verdict}` }, text(verdict)) : undefined,
    make('h2', {}, cause ? cause.title : text('went_well')),
    cause ? make('p', { class: 'quiet' }, make('code', {}, cause.id), ` · ${text('sure', { percent })}`) : undefined);
}

function caller(principal) {
  return table([
    [text('account'), principal.account], [text('user'), principal.user],
    ['AK', principal.access_key_id && make('code', {}, principal.access_key_id)],
    [text('scope'), principal.scope && shown(principal.scope)],
  ]);
}

function request(explanation) {
  const { request: sent, request_id: id } = explanation;
  const line = sent && `${sent.method ?? ''} ${sent.path ?? ''}${sent.query ? `?${sent.query}` : ''}`.trim();
  return table([
    [text('request'), line ? make('code', { class: 'wrap' }, line) : undefined],
    [text('host'), sent?.host ? make('code', {}, sent.host) : undefined],
    [text('operation'), explanation.operation],
    [text('time'), explanation.time],
    [text('request_id'), id ? with_copy(id, text('request_id')) : undefined],
  ]);
}

function answer({ status, code, message }) {
  return part(text('answer'), table([['HTTP', status === undefined ? undefined : String(status)],
    ['code', code === undefined ? undefined : make('code', {}, code)], ['message', message]]));
}

function evidence(rows) {
  return part(text('evidence'), table(rows.map(({ name, value }) =>
    [name, make('code', { class: 'wrap' }, shown(value))])));
}

const alternatives = (list) => part(text('alternatives'), make('ul', {}, list.map((other) =>
  make('li', {}, other.title, ' ', make('span', { class: 'quiet' },
    text('sure', { percent: Math.round(other.confidence * 100) }))))));

export function explanation_parts(explanation) {
  const found = find_difference(explanation);
  const rest = (explanation.evidence ?? []).filter(({ name }) => !found || !['signed', 'arrived', 'line'].includes(name));
  const has_request = ['request', 'operation', 'time', 'request_id'].some((name) => explanation[name]);
  return [
    heading(explanation),
    explanation.why ? part(text('why'), make('p', {}, explanation.why)) : undefined,
    explanation.fix?.length ? part(text('fix'), fixes(explanation.fix)) : undefined,
    found ? difference(found) : undefined,
    explanation.steps?.length ? steps(explanation.steps) : undefined,
    explanation.answer ? answer(explanation.answer) : undefined,
    has_request ? part(text('request'), request(explanation)) : undefined,
    explanation.principal ? part(text('caller'), caller(explanation.principal)) : undefined,
    rest.length ? evidence(rest) : undefined,
    explanation.alternatives?.length ? alternatives(explanation.alternatives) : undefined,
  ].filter((element) => element !== undefined);
}
