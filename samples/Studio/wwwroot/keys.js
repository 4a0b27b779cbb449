// Keyboard control: everything that a pointer can do.

const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const turns = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: 1, ArrowDown: -1, Home: -Infinity, End: Infinity };

/**
 * Calls actions by name; letter keys work unless a text is being edited.
 * @param actions tool(name), keep(), cancel(), undo(), redo(), everything(), propagate(), open(), zoom(factor), fit(), help(),
 * step(dx, dy, isFine), press(isNegative); and turn(slices), which says whether a volume is open: then Ctrl and arrows move the crosshair
 */
export function listenToKeys(viewer, actions) {
  const letters = {
    p: () => actions.tool('add'), n: () => actions.tool('remove'), b: () => actions.tool('box'),
    e: actions.everything, g: actions.propagate, o: actions.open, 0: actions.fit, '?': actions.help,
    '+': () => actions.zoom(1.25), '=': () => actions.zoom(1.25), '-': () => actions.zoom(0.8),
  };

  document.addEventListener('keydown', event => {
    const isText = event.target.matches('input:not([type=range]), select, textarea');
    if (document.querySelector('dialog[open]')) return;
    const turned = event.ctrlKey || event.metaKey || event.altKey || isText ? undefined : turns[event.key];
    if (turned && actions.turn(event.shiftKey ? 10 * turned : turned)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if ((event.ctrlKey || event.metaKey) && !isText && ['z', 'y'].includes(event.key.toLowerCase())) {
      (event.shiftKey || event.key.toLowerCase() === 'y' ? actions.redo : actions.undo)();
      event.preventDefault();
    } else if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    } else if (event.key === 'Escape') {
      if (isText) event.target.blur();
      else actions.cancel();
    } else if (isText) {
      return;
    } else if (event.key === 'Enter' && !event.target.matches('button, summary, a')) {
      actions.keep();
      event.preventDefault();
    } else if (letters[event.key.toLowerCase()]) {
      letters[event.key.toLowerCase()]();
      event.preventDefault();
    }
  }, { capture: true });

  viewer.addEventListener('keydown', event => {
    if (event.metaKey || event.altKey || (event.ctrlKey && !arrows[event.key])) return;
    if (arrows[event.key]) actions.step(...arrows[event.key], event.shiftKey);
    else if (event.key === ' ') actions.press(event.shiftKey);
    else return;
    event.preventDefault();
  });
}
