// Mouse, pen and touch on the viewer: a click is a point, a drag a box; two fingers or the middle button pan, the wheel zooms.

const slack = 6; // CSS pixels that a click may move

/**
 * Calls click([x, y], isNegative), box([x0, y0, x1, y1]), draft(box or null) and hover([x, y] or null), in pixels of the image; and what
 * volumes do in another way: turn(by a wheel's event), and stretch(right, down, in CSS pixels). They answer whether they did anything.
 */
export function listen(canvas, viewer, { click, box, draft, hover, turn, stretch }) {
  const pointers = new Map();
  let start = null; // where a click or box started; null while panning or pinching

  const place = event => {
    const bounds = canvas.getBoundingClientRect();
    return [event.clientX - bounds.left, event.clientY - bounds.top];
  };
  const inImage = ([x, y]) => {
    const [imageX, imageY] = viewer.toImage(x, y);
    const { width, height } = viewer.size;
    return [Math.min(width, Math.max(0, imageX)), Math.min(height, Math.max(0, imageY))];
  };
  const isOn = ([x, y]) => {
    const [imageX, imageY] = viewer.toImage(x, y);
    return imageX >= 0 && imageY >= 0 && imageX <= viewer.size.width && imageY <= viewer.size.height;
  };
  const far = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);

  canvas.addEventListener('contextmenu', event => event.preventDefault());
  canvas.addEventListener('pointerdown', event => {
    if (!viewer.size) return;
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, place(event));
    const isNegative = event.button === 2 || event.shiftKey || event.altKey;
    start = pointers.size === 1 && event.button !== 1 ? { at: place(event), isNegative, isRight: event.button === 2 } : null;
    if (pointers.size > 1) draft(null);
    if (event.button === 1) event.preventDefault(); // no autoscroll
  });
  canvas.addEventListener('pointermove', event => {
    if (!viewer.size) return;
    const now = place(event);
    hover(isOn(now) ? inImage(now) : null);
    const before = pointers.get(event.pointerId);
    if (!before) return;
    pointers.set(event.pointerId, now);
    if (start) {
      if (start.isRight && (start.isStretching || far(start.at, now) > slack) && stretch(now[0] - before[0], now[1] - before[1]))
        start.isStretching = true;
      else if (far(start.at, now) > slack) draft([...inImage(start.at), ...inImage(now)]);
    } else if (pointers.size === 1) {
      viewer.move(now[0] - before[0], now[1] - before[1]);
    } else {
      const [, other] = [...pointers].find(([id]) => id !== event.pointerId);
      viewer.move((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
      viewer.zoom(far(now, other) / (far(before, other) || 1), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
    }
  });
  canvas.addEventListener('pointerup', event => {
    const now = place(event);
    if (start && !start.isStretching && pointers.has(event.pointerId)) {
      const [a, b] = [inImage(start.at), inImage(now)];
      draft(null);
      if (far(start.at, now) <= slack) {
        if (isOn(now)) click(b, start.isNegative);
      } else if (Math.abs(a[0] - b[0]) >= 1 && Math.abs(a[1] - b[1]) >= 1) {
        box([Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[0], b[0]), Math.max(a[1], b[1])]);
      }
    }
    forget(event);
  });
  canvas.addEventListener('pointercancel', event => {
    draft(null);
    forget(event);
  });
  canvas.addEventListener('pointerleave', () => hover(null));
  canvas.addEventListener('wheel', event => {
    event.preventDefault();
    if (!event.ctrlKey && turn(event.deltaY)) return;
    viewer.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), ...place(event));
  }, { passive: false });

  function forget(event) {
    pointers.delete(event.pointerId);
    start = null;
  }
}
