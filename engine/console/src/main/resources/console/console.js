// Reads the admin API once a second and shows it. What comes from there is only ever set as text.

const EVERY_MS = 1000;
const TIMEOUT_MS = 5000;
/** To explain may mean to read a topic. */
const EXPLAIN_TIMEOUT_MS = 30000;
const HISTORY = 120;
const RATE_SAMPLES = 5;
/** Functions whose last decision is shown: each is a request of its own. */
const WHY_MAX = 50;
const SVG = 'http://www.w3.org/2000/svg';

const number = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** Past values by "kind/name", newest last: for rates and sparklines. */
const histories = new Map();

function remember(key, value) {
  const history = histories.get(key) ?? [];
  history.push({ at: performance.now(), value });
  if (history.length > HISTORY) history.shift();
  histories.set(key, history);
  return history;
}

/** Growth per second over the last samples; null before there are two, or when a restart set it back. */
function rate(history) {
  const recent = history.slice(-RATE_SAMPLES - 1);
  const first = recent[0];
  const last = recent[recent.length - 1];
  if (recent.length < 2 || last.value < first.value) return null;
  return (last.value - first.value) * 1000 / (last.at - first.at);
}

function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function count(value) {
  return value >= 1e9 ? short.format(value) : number.format(value);
}

function bytes(value) {
  if (value < 0) return '';
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let at = 0;
  while (value >= 1024 && at < units.length - 1) {
    value /= 1024;
    at++;
  }
  return `${at === 0 ? value : value.toFixed(1)} ${units[at]}`;
}

/** Events behind the end; null when any partition's position or end is unknown. */
function lagOf(lag) {
  if (!lag) return undefined;
  let sum = 0;
  for (const { position, end } of lag.partitions) {
    if (position < 0 || end < 0) return null;
    sum += Math.max(0, end - position);
  }
  return sum;
}

function mood(state) {
  if (['READY', 'RUNNING', 'UP'].includes(state)) return 'good';
  return ['FAILED', 'STOPPED', 'DOWN'].includes(state) ? 'bad' : 'warn';
}

function spark(history) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'spark');
  svg.setAttribute('viewBox', `0 0 ${HISTORY - 1} 28`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  const top = Math.max(1, ...history.map(it => it.value));
  const start = HISTORY - history.length;
  const points = history.map((it, i) => `${start + i},${(27 - it.value / top * 25).toFixed(1)}`);
  if (points.length > 1) {
    for (const [name, d] of [
      ['area', `M${start},28L${points.join('L')}L${HISTORY - 1},28Z`],
      ['line', `M${points.join('L')}`],
    ]) {
      const path = document.createElementNS(SVG, 'path');
      path.setAttribute('class', name);
      path.setAttribute('d', d);
      svg.append(path);
    }
  }
  return svg;
}

function bar(used, all) {
  const fill = element('span');
  fill.style.width = `${all > 0 ? Math.min(100, used / all * 100) : 0}%`;
  const outer = element('span', used >= all && all > 0 ? 'bar full' : 'bar', fill);
  return [outer, `${count(used)} / ${count(all)}`];
}

function title(name, ...lines) {
  const shown = lines.filter(Boolean);
  return [name, ...shown.map(line => element('span', 'under', line))];
}

function state(item) {
  const feels = mood(item.state);
  const cell = [element('span', `badge ${feels}`, item.state)];
  if (item.detail) cell.push(element('span', feels === 'bad' ? 'under bad' : 'under warn', item.detail));
  return cell;
}

/** The last decision on a function's instances, without its numbers: they stand in a column of their own. */
function why(item) {
  const words = item.scaling?.words;
  return words && `${item.scaling.reason}: ${words.slice(words.indexOf(': ') + 2)}`;
}

function hot(value) {
  return value > 0 ? [element('span', 'hot', count(value))] : ['0'];
}

function perSecond(key, value) {
  const now = rate(remember(key, value));
  return now === null ? '–' : now >= 10 || now === 0 ? count(Math.round(now)) : now.toFixed(1);
}

/** Per table: an item's name, and its cells in the order of the headings, as nodes or text. */
const tables = {
  functions: {
    nothing: 'No function is deployed.',
    name: item => item.name,
    cells: item => [
      title(item.name, item.shape, why(item)),
      state(item),
      [`${item.instances} / ${item.instancesWanted}`],
      bar(item.leased, item.instances * item.concurrency),
      [count(item.runnable)],
      [count(item.callsWaiting)],
      [perSecond(`runs/${item.name}`, item.runs)],
      [count(item.runs)],
      hot(item.failures),
    ],
  },
  triggers: {
    nothing: 'No trigger feeds a function.',
    name: item => item.name,
    cells: item => {
      const lag = lagOf(item.lag);
      const history = remember(`lag/${item.name}`, lag ?? 0);
      return [
        title(item.name, `${item.topic ? `topic ${item.topic}` : 'calls'} → ${item.function}`),
        state(item),
        [count(item.received)],
        [count(item.done)],
        [count(item.retried)],
        hot(item.deadLettered),
        [count(item.blocked)],
        [lag === undefined ? '' : lag === null ? 'unknown' : count(lag)],
        lag === undefined ? [] : [spark(history)],
      ];
    },
  },
  topics: {
    nothing: 'No topic exists yet.',
    name: item => `${item.broker ?? ''}/${item.topic}`,
    cells: item => {
      const sizes = item.partitions.map(it => it.bytes);
      const size = sizes.some(it => it < 0) ? -1 : sizes.reduce((a, b) => a + b, 0);
      return [
        title(item.topic, item.broker && `broker ${item.broker}`),
        [count(item.partitions.reduce((sum, it) => sum + it.end - it.start, 0))],
        [bytes(size)],
        [element('span', 'chips', ...item.partitions.map(partition))],
        [element('span', 'chips', ...item.groups.map(group))],
      ];
    },
  },
};

function partition(item) {
  const chip = element('span', 'chip', `${item.partition}: `, element('b', '', count(item.end - item.start)));
  chip.title = `partition ${item.partition}: offsets ${item.start} to ${item.end}`;
  return chip;
}

function group(item) {
  const lag = lagOf(item);
  const text = lag === null ? '?' : count(lag);
  return element('span', lag === 0 ? 'chip' : 'chip behind', `${item.group} `, element('b', '', text));
}

/** Updates a table in place, so that a row which stays keeps its place and its selection. */
function show(id, items) {
  const table = document.getElementById(id);
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const known = new Map([...body.rows].map(row => [row.dataset.key, row]));
  const rows = items.map(item => {
    const key = tables[id].name(item);
    const row = known.get(key) ?? newRow(key, heads);
    tables[id].cells(item).forEach((content, i) => fill(row.cells[i], content));
    return row;
  });
  if (rows.length === 0) rows.push(emptyRow(tables[id].nothing, heads.length));
  if (rows.length !== body.rows.length || rows.some((row, i) => body.rows[i] !== row)) body.replaceChildren(...rows);
}

function newRow(key, heads) {
  const row = element('tr');
  row.dataset.key = key;
  heads.forEach((head, i) => {
    const cell = element('td', head.className);
    cell.dataset.label = head.textContent;
    if (i === 0) cell.className = 'name';
    if (head.textContent === 'State') cell.className = 'state';
    if (head.textContent === 'Busy slots') cell.className = 'slots';
    if (/minutes|Partitions|Groups/.test(head.textContent)) cell.className = 'broad';
    row.append(cell);
  });
  return row;
}

function emptyRow(text, columns) {
  const cell = element('td', 'empty name', text);
  cell.colSpan = columns;
  return element('tr', '', cell);
}

function fill(cell, content) {
  const made = element('td', '', ...content);
  if (cell.innerHTML !== made.innerHTML) cell.replaceChildren(...made.childNodes);
}

function showBrokers(items) {
  const chips = items.map(item => {
    const chip = element('span', item.state === 'DOWN' ? 'chip bad' : 'chip', `${item.kind ?? 'broker'} `,
      element('b', '', item.name));
    chip.title = item.detail || item.state || '';
    return chip;
  });
  document.getElementById('brokers').replaceChildren(...chips);
}

function ask(path, timeout) {
  return fetch(`/admin/v1/${path}`, { signal: AbortSignal.timeout(timeout), cache: 'no-store' });
}

async function read(path) {
  const answer = await ask(path, TIMEOUT_MS);
  if (!answer.ok) throw new Error(`/admin/v1/${path} answered ${answer.status}`);
  return answer.json();
}

function connected(error) {
  const sign = document.getElementById('connection');
  const problem = document.getElementById('problem');
  sign.className = error ? 'off' : 'on';
  setText(sign, error ? 'not connected' : 'live');
  problem.hidden = !error;
  document.body.classList.toggle('stale', Boolean(error));
  if (error) setText(problem, `The engine does not answer (${error.message}). What is below is what it last said.`);
}

/** Topics are asked of the brokers: one that is away takes nothing from what the engine itself says. */
function showTopics(topics) {
  if (topics.items) show('topics', topics.items);
  const problem = document.getElementById('problem');
  problem.hidden = !topics.missing;
  if (topics.missing) setText(problem, `Topics as they were: ${topics.missing}`);
}

async function readTopics() {
  try {
    return await read('topics');
  } catch (error) {
    return { missing: error.message };
  }
}

/** With how each of them scales; one that can't tell is shown without. */
async function readFunctions() {
  const { items } = await read('functions');
  const asked = items.slice(0, WHY_MAX).map(async item => {
    try {
      item.scaling = await read(`functions/${encodeURIComponent(item.name)}/scaling`);
    } catch {
      // The list says what there is.
    }
  });
  await Promise.all(asked);
  return { items };
}

/** The triggers that may be asked about; the choice stays as long as there is its trigger. */
function showChoice(triggers) {
  const select = document.querySelector('#explain select');
  const names = triggers.map(trigger => trigger.name);
  if (names.join(' ') === [...select.options].map(option => option.value).join(' ')) return;
  const chosen = select.value;
  select.replaceChildren(...names.map(name => new Option(name)));
  if (names.includes(chosen)) select.value = chosen;
}

/** Both what the engine tells and why it can tell nothing are sentences. */
async function explain(event) {
  event.preventDefault();
  const asked = new FormData(event.target);
  const sentence = document.getElementById('explanation');
  const facts = document.getElementById('facts');
  const path = `triggers/${encodeURIComponent(asked.get('trigger'))}/explain`;
  facts.replaceChildren();
  setText(sentence, 'asking');
  try {
    const answer = await ask(`${path}?event=${encodeURIComponent(asked.get('event'))}`, EXPLAIN_TIMEOUT_MS);
    const told = await answer.json();
    setText(sentence, told.sentence ?? told.detail);
    facts.replaceChildren(...(told.facts ?? []).map(fact => element('li', '', fact)));
  } catch (error) {
    setText(sentence, `The engine does not answer (${error.message}).`);
  }
}

let version;

async function refresh() {
  try {
    const [functions, triggers, topics, brokers] =
      await Promise.all([readFunctions(), read('triggers'), readTopics(), read('brokers')]);
    show('functions', functions.items);
    show('triggers', triggers.items);
    showChoice(triggers.items);
    showBrokers(brokers.items);
    version ??= await read('version');
    setText(document.getElementById('version'), version.version);
    connected(null);
    showTopics(topics);
  } catch (error) {
    version = undefined;
    connected(error);
  }
}

/** One round after the other, never two at once; none while nobody looks. */
async function run() {
  for (;;) {
    if (!document.hidden) await refresh();
    await new Promise(resolve => setTimeout(resolve, EVERY_MS));
  }
}

document.getElementById('explain').addEventListener('submit', explain);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) histories.clear();
});
run();
