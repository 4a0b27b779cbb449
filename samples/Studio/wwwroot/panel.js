// The right-hand side: what the current object is, and the list of those kept.

const percent = value => `${Math.round(100 * value)}%`;
const number = new Intl.NumberFormat('en');

/** Makes an element; children may be texts. */
export function element(name, properties = {}, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children.filter(each => each !== null));
  return node;
}

const icon = name => {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#${name}`);
  svg.append(use);
  return svg;
};

const swatch = color => {
  const node = element('span', { className: 'swatch' });
  node.style.background = color;
  return node;
};

/** A bar of a share, 0 to 1. */
function meter(value, color) {
  const bar = element('span', { className: 'bar' }, element('span'));
  bar.firstChild.style.width = percent(Math.min(1, Math.max(0, value)));
  bar.firstChild.style.background = color;
  bar.ariaHidden = 'true';
  return bar;
}

/** Puts new children in place of the old ones; the focus stays where it was, or returns to the image. */
function refill(card, ...children) {
  const focused = card.contains(document.activeElement) ? document.activeElement : null;
  const at = [...card.querySelectorAll('button')].indexOf(focused);
  card.replaceChildren(...children);
  if (focused) (card.querySelectorAll('button')[at] ?? document.getElementById('viewer')).focus({ preventScroll: true });
}

/**
 * The answer to the latest step.
 * @param current { answer, name, score, color }, or null
 * @param actions keep(), discard(), rename(name or null for the model's own)
 */
export function renderCard(card, current, isWaiting, hasNames, kept, actions) {
  if (!current) {
    refill(card, element('p', { className: 'muted' }, isWaiting ? 'Looking…'
      : 'Click into the image, or drag a box: mask, name and score appear here.'));
    return;
  }
  const { answer, color } = current;
  const others = hasNames ? Object.entries(answer.class_scores).sort((a, b) => b[1] - a[1]).slice(0, 4) : [];
  const isNews = ([name, score]) => score > 0.5 && name !== current.name && !kept.some(each => each.name === name);
  const present = hasNames ? Object.entries(answer.presence_scores).filter(isNews).sort((a, b) => b[1] - a[1]) : [];
  const choices = others.map(([name, score]) => {
    const onclick = () => actions.rename(name === answer.category ? null : name);
    const button = element('button', { type: 'button', className: 'choice', title: `Call it ${name}`, onclick },
      element('span', { className: 'name' }, name), meter(score, color), element('span', { className: 'figure' }, score.toFixed(2)));
    button.ariaPressed = String(name === current.name);
    return button;
  });
  refill(card,
    element('p', { className: 'headline' }, swatch(color), element('strong', { id: 'current-name' }, current.name),
      element('span', { className: 'score', id: 'current-score' }, !hasNames ? '' : current.score === null ? 'your choice' : current.score.toFixed(2))),
    element('p', { className: 'facts' },
      element('span', { title: 'The model’s own estimate of how well the mask fits (predicted IoU)' }, 'Quality ', element('b', {}, answer.predicted_iou.toFixed(2))),
      element('span', {}, 'Area ', element('b', { id: 'current-area' }, number.format(answer.area)), ' px'),
      isWaiting ? element('span', { className: 'muted' }, 'updating…') : null),
    answer.area ? '' : element('p', { className: 'warning' }, 'The mask is empty. Click again, or drag a box.'),
    element('div', { className: 'buttons' },
      element('button', { type: 'button', id: 'keep', className: 'button primary', disabled: !answer.area, onclick: actions.keep },
        'Keep ', element('kbd', {}, 'Enter')),
      element('button', { type: 'button', id: 'discard', className: 'button', onclick: actions.discard },
        'Discard ', element('kbd', {}, 'Esc'))),
    element('div', { className: 'choices', role: 'group', ariaLabel: 'Names' }, ...choices),
    present.length ? element('p', { className: 'present' }, 'Also in this image: ',
      ...present.map(([name]) => element('span', { className: 'chip' }, name))) : '');
}

/** What a screen reader hears of an answer. */
export const spoken = current => !current ? '' : !current.answer.area ? 'Empty mask.'
  : `${current.name}${current.score === null ? '' : `, score ${current.score.toFixed(2)}`}, `
    + `quality ${current.answer.predicted_iou.toFixed(2)}, ${number.format(current.answer.area)} pixels.`;

/**
 * The objects that are kept.
 * @param actions select(key or null), rename(key, name), refine(key), remove(key)
 */
export function renderObjects(list, objects, selected, actions) {
  if (list.shown === objects) return; // a name that is being typed stays
  list.shown = objects;
  list.replaceChildren(...objects.map(each => {
    const name = element('input', { className: 'name', value: each.name, ariaLabel: `Name of object ${each.name}`, spellcheck: false, onchange: event => rename(each, event.target) });
    name.setAttribute('list', 'names');
    const row = element('li', { onpointerenter: () => actions.select(each.key), onpointerleave: () => actions.select(null) },
      swatch(each.color), name,
      element('span', { className: 'figure' }, each.score === null ? '–' : each.score.toFixed(2)),
      action('i-edit', `Refine ${each.name}`, 'refine', () => actions.refine(each.key)),
      action('i-trash', `Remove ${each.name}`, 'remove', () => actions.remove(each.key)));
    row.dataset.key = each.key;
    row.classList.toggle('selected', each.key === selected);
    row.addEventListener('focusin', () => actions.select(each.key));
    return row;
  }));

  function rename(object, input) {
    const name = input.value.trim();
    if (name) actions.rename(object.key, name);
    else input.value = object.name;
  }
}

function action(name, label, className, onclick) {
  const button = element('button', { type: 'button', className, ariaLabel: label, title: label, onclick }, icon(name));
  return button;
}
