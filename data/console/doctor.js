// The paste box: the server reads the text and says what is wrong.

import { language, on_language, text } from './texts.js';
import { ask, find, make } from './page.js';
import { explanation_parts, show_marks } from './explanation.js';

const kMaxBytes = 1 << 20;
let asked = 0;  // only the last question is answered

async function diagnose() {
  const pasted = find('paste').value, place = find('diagnosis'), mine = ++asked;
  const say = (message) => place.replaceChildren(make('p', { class: 'plain' }, message));
  if (!pasted.trim()) return say(text('paste_empty'));
  if (new TextEncoder().encode(pasted).length > kMaxBytes) return say(text('paste_long'));
  say(text('loading'));
  let parts;
  try {
    parts = explanation_parts(await ask(`doctor?lang=${language()}`, { text: pasted }));
  } catch (error) {
    if (mine === asked) say(error.status === 0 ? error.message : text('went_wrong', { message: error.message }));
    return;
  }
  if (mine === asked) {
    place.replaceChildren(make('article', {}, parts));
    show_marks(place);
  }
}

export function set_up() {
  find('diagnose').addEventListener('click', diagnose);
  find('paste').addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) diagnose();
  });
  find('paste-clear').addEventListener('click', () => {
    ++asked;
    find('paste').value = '';
    find('diagnosis').replaceChildren();
    find('paste').focus();
  });
  on_language(() => {
    if (find('diagnosis').childElementCount > 0) diagnose();
  });
}
