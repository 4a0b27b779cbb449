// Keyboard control: everything that a pointer can do.

const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Calls actions by name; letter keys work unless a text is being edited.
 * @param actions tool(name), keep(), cancel(), undo(), redo(), everything(), open(), zoom(factor), fit(), step(dx, dy, isFine),
 * press(isNegative), help()
 */
export function listenToKeys(viewer, actions) {
  const letters = {
    p: () => actions.tool('add'), n: () => actions.tool('remove'), b: () => actions.tool('box'),
    e: actions.everything, o: actions.open, 0: actions.fit, '?': actions.help,
    '+': () => actions.zoom(1.25), '=': () => actions.zoom(1.25), '-': () => actions.zoom(0.8),
  };

  document.addEventListener('keydown', event => {
    const isText = event.target.matches('input, select, textarea');
    if (document.querySelector('dialog[open]')) return;
    if ((event.ctrlKey || event.metaKey) && !isText && ['z', 'y'].includes(event.key.toLowerCase())) {
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
  });

  viewer.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (arrows[event.key]) actions.step(...arrows[event.key], event.shiftKey);
    else if (event.key === ' ') actions.press(event.shiftKey);
    else return;
    event.preventDefault();
  });
}
