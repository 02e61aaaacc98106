// The endpoint directory: services and regions of the catalogue, searched here. Loaded when it is
// first looked at.

import { language, on_language, text } from './texts.js';
import { ask, copy_button, find, make } from './page.js';

const kShown = 200;
let directory;
let loading = false;

const fits = (wanted, service, host) => wanted.every((piece) => service.name.includes(piece) || host.includes(piece));

function draw() {
  if (!directory) return;
  const { services, regions, endpoints } = directory;
  const wanted = find('endpoint-text').value.toLowerCase().split(/\s+/).filter(Boolean);
  const region = find('endpoint-region').value;
  const found = endpoints.filter(([service, at, host]) =>
    (region === '' || at === -1 || regions[at].id === region) && fits(wanted, services[service], host));
  const shown = found.slice(0, kShown);
  find('endpoint-count').textContent =
    found.length ? text('endpoint_count', { shown: shown.length, all: found.length }) : text('no_endpoint');
  const body = make('tbody');
  for (const [service, at, host] of shown) {
    const { name, kind, scope, credential } = services[service];
    body.append(make('tr', {}, make('th', { scope: 'row' }, name),
      make('td', {}, at === -1 ? '—' : make('span', { title: region_name(regions[at]) }, regions[at].id)),
      make('td', {}, text(kind)), make('td', {}, text(scope)), make('td', {}, credential),
      make('td', {}, make('code', {}, host), ' ', copy_button(host))));
  }
  const head = ['service', 'region', 'kind', 'scope', 'credential', 'host'].map((name) =>
    make('th', { scope: 'col' }, text(name)));
  find('endpoint-table').replaceChildren(...(shown.length ? [make('thead', {}, make('tr', {}, head)), body] : []));
}

const region_name = (region) => (language() === 'en' ? region.en : region.zh);

function draw_regions() {
  if (!directory) return;
  const select = find('endpoint-region'), chosen = select.value;
  select.replaceChildren(make('option', { value: '' }, text('any_region')), ...directory.regions.map((region) =>
    make('option', { value: region.id }, `${region.id} ${region_name(region)}`)));
  select.value = chosen;
}

export async function load() {
  if (directory || loading) return;
  loading = true;
  find('endpoint-count').textContent = text('loading');
  try {
    directory = await ask('endpoints');
    draw_regions();
    draw();
  } catch (error) {
    find('endpoint-count').textContent = error.status === 0 ? error.message : text('went_wrong', { message: error.message });
    setTimeout(load, 3000);
  } finally {
    loading = false;
  }
}

export function set_up() {
  find('endpoint-text').addEventListener('input', draw);
  find('endpoint-region').addEventListener('change', draw);
  on_language(() => {
    draw_regions();
    draw();
  });
}
