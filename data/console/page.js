// What every part of the page needs: elements whose content is always text, copying, asking the
// server, remembering a choice.

import { text } from './texts.js';

export const find = (id) => document.getElementById(id);

// An element with properties and children; a string becomes a text node, so nothing that came from
// a request is ever read as markup.
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'class') element.className = value;
    else if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children.flat()) {
    if (child !== undefined && child !== null) element.append(child);
  }
  return element;
}

export function announce(message) {
  find('announcer').textContent = message;
}

async function copy(value, button) {
  let copied = true;
  try {
    await navigator.clipboard.writeText(value);
  } catch {
    copied = false;
  }
  const message = text(copied ? 'copied' : 'not_copied');
  announce(message);
  if (!copied) {
    button.title = message;
    return;
  }
  button.textContent = message;
  setTimeout(() => { button.textContent = text('copy'); }, 1500);
}

// `what` is said to screen readers, since there are many such buttons.
export function copy_button(value, what) {
  const button = make('button', { type: 'button', class: 'copy', 'aria-label': `${text('copy')}: ${what ?? value}` },
    text('copy'));
  button.addEventListener('click', () => copy(value, button));
  return button;
}

// The server's JSON; an Error whose `status` is 0 when it cannot be reached.
export async function ask(path, body) {
  let answer;
  try {
    answer = await fetch(`data/${path}`, body === undefined ? {} : {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  } catch {
    throw Object.assign(new Error(text('unreachable')), { status: 0 });
  }
  const value = await answer.json().catch(() => undefined);
  if (answer.ok && value !== undefined) return value;
  throw Object.assign(new Error(value?.error?.message ?? `HTTP ${answer.status}`), { status: answer.status });
}

export function remembered(name) {
  try {
    return localStorage.getItem(`jianmen.${name}`);
  } catch {
    return null;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(`jianmen.${name}`, value);
  } catch {
    // A browser that keeps nothing: the choice holds until the page is closed.
  }
}
