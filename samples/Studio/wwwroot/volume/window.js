// Windows as numbers: which values are shown from black to white.

/** Center and width of a window; null where they cannot be told. */
export function numbersOf(window, { windows }, shown) {
  const preset = windows.find(each => each.window === window);
  const [center, width] = preset ? [preset.center, preset.width] : window.split(',').map(Number);
  return center !== null ? { center, width } : shown?.center !== null && shown?.window === window
    ? { center: shown.center, width: shown.width } : null;
}

/** The window, made wider and its center higher by pixels of the screen. */
export function stretched(numbers, wider, higher) {
  const step = numbers.width / 250;
  const digits = numbers.width > 50 ? 0 : 2;
  const [center, width] = [numbers.center + step * higher, Math.max(1, numbers.width + step * wider)];
  return `${+center.toFixed(digits)},${+width.toFixed(digits)}`;
}
