// The right-hand panel: the current object, and the list of kept objects.

const percent = value => `${Math.round(100 * value)}%`;
const number = new Intl.NumberFormat('en');

/** Creates an element; children may be texts. */
export function element(name, properties = {}, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children.filter(child => child !== null));
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

/** A bar for a fraction, 0 to 1. */
function meter(value, color) {
  const bar = element('span', { className: 'bar' }, element('span'));
  bar.firstChild.style.width = percent(Math.min(1, Math.max(0, value)));
  bar.firstChild.style.background = color;
  bar.ariaHidden = 'true';
  return bar;
}

/** Replaces the children; the focus stays where it was, or returns to the image. */
function refill(card, ...children) {
  const focused = card.contains(document.activeElement) ? document.activeElement : null;
  const at = [...card.querySelectorAll('button')].indexOf(focused);
  card.replaceChildren(...children);
  if (focused) (card.querySelectorAll('button')[at] ?? document.getElementById('viewer')).focus({ preventScroll: true });
}

/**
 * Shows the prediction after the latest step.
 * @param current { prediction, name, score, color }, or null; of a volume also a note, and whether it can be kept
 * @param actions keep(), discard(), rename(name, or null for the model's own)
 */
export function renderCard(card, current, isWaiting, hasNames, kept, actions) {
  if (!current) {
    refill(card, element('p', { className: 'muted' }, isWaiting ? 'Predicting…'
      : 'Click the image, or drag a box: mask, name and score appear here.'));
    return;
  }
  const { prediction, color } = current;
  const canKeep = current.canKeep ?? prediction.area > 0;
  const others = hasNames ? Object.entries(prediction.class_scores).sort((a, b) => b[1] - a[1]).slice(0, 4) : [];
  const isNews = ([name, score]) => score > 0.5 && name !== current.name && !kept.some(object => object.name === name);
  const presence = hasNames ? Object.entries(prediction.presence_scores).filter(isNews).sort((a, b) => b[1] - a[1]) : [];
  const choices = others.map(([name, score]) => {
    const onclick = () => actions.rename(name === prediction.category ? null : name);
    const button = element('button', { type: 'button', className: 'choice', title: `Call it ${name}`, onclick },
      element('span', { className: 'name' }, name), meter(score, color), element('span', { className: 'figure' }, score.toFixed(2)));
    button.ariaPressed = String(name === current.name);
    return button;
  });
  refill(card,
    element('p', { className: 'headline' }, swatch(color), element('strong', { id: 'current-name' }, current.name),
      element('span', { className: 'score', id: 'current-score' },
        !hasNames ? '' : current.score === null ? 'your choice' : current.score.toFixed(2))),
    element('p', { className: 'facts' },
      element('span', { title: 'The model’s own estimate of the mask’s IoU' },
        'Predicted IoU ', element('b', {}, prediction.predicted_iou.toFixed(2))),
      element('span', {}, 'Area ', element('b', { id: 'current-area' }, number.format(prediction.area)), ' px'),
      isWaiting ? element('span', { className: 'muted' }, 'updating…') : null),
    current.note ? element('p', { className: 'muted', id: 'current-note' }, current.note)
      : prediction.area ? '' : element('p', { className: 'warning' }, 'The mask is empty. Click again, or drag a box.'),
    element('div', { className: 'buttons' },
      element('button', { type: 'button', id: 'keep', className: 'button primary', disabled: !canKeep, onclick: actions.keep },
        'Keep ', element('kbd', {}, 'Enter')),
      element('button', { type: 'button', id: 'discard', className: 'button', onclick: actions.discard },
        'Discard ', element('kbd', {}, 'Esc'))),
    element('div', { className: 'choices', role: 'group', ariaLabel: 'Names' }, ...choices),
    presence.length ? element('p', { className: 'presence' }, 'Also in this image: ',
      ...presence.map(([name]) => element('span', { className: 'chip' }, name))) : '');
}

/** The text for screen readers. */
export const spoken = current => !current ? '' : !current.prediction.area ? 'Empty mask.'
  : `${current.name}${current.score === null ? '' : `, score ${current.score.toFixed(2)}`}, `
    + `predicted IoU ${current.prediction.predicted_iou.toFixed(2)}, ${number.format(current.prediction.area)} pixels.`;

/**
 * Lists the kept objects.
 * @param actions select(key or null), rename(key, name), refine(key), remove(key)
 */
export function renderObjects(list, objects, selected, actions) {
  if (list.shown === objects) return; // keeps a name that is being edited
  list.shown = objects;
  list.replaceChildren(...objects.map(object => {
    const name = element('input', {
      className: 'name', value: object.name, ariaLabel: `Name of object ${object.name}`, spellcheck: false,
      onchange: event => rename(object, event.target),
    });
    name.setAttribute('list', 'names');
    const row = element('li', { onpointerenter: () => actions.select(object.key), onpointerleave: () => actions.select(null) },
      swatch(object.color), name,
      element('span', { className: 'figure' }, object.score === null ? '–' : object.score.toFixed(2)),
      action('i-edit', `Refine ${object.name}`, 'refine', () => actions.refine(object.key)),
      action('i-trash', `Remove ${object.name}`, 'remove', () => actions.remove(object.key)));
    row.dataset.key = object.key;
    row.classList.toggle('selected', object.key === selected);
    row.addEventListener('focusin', () => actions.select(object.key));
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
