// What the page says beside its answers: how far the model is, long work, and problems.

const $ = id => document.getElementById(id);
let hiding = 0;

/** A message over the image; null takes it away. Good news goes by itself. */
export function toast(message, isGood = false) {
  clearTimeout(hiding);
  $('toast').textContent = message ?? '';
  $('toast').hidden = !message;
  $('toast').classList.toggle('good', isGood);
  if (isGood) hiding = setTimeout(() => toast(null), 5000);
}

/** One long work at a time, with progress and a way out. */
export class Work {
  #stop = null;

  get isRunning() { return this.#stop !== null; }

  cancel() { this.#stop?.abort(); }

  report(done, text) {
    $('work-bar').removeAttribute('value');
    if (done !== null) $('work-bar').value = done;
    $('work-text').textContent = text;
  }

  /** Answers with what the action does, or nothing where it was canceled. */
  async run(title, action) {
    this.#stop?.abort();
    const stop = this.#stop = new AbortController();
    const slow = setTimeout(() => { $('work').hidden = false; }, 150); // what is quick needs no notice
    $('work-title').textContent = title;
    $('work-cancel').onclick = () => this.cancel();
    $('work-cancel').hidden = false;
    this.report(null, '');
    try {
      return await action(stop.signal);
    } finally {
      clearTimeout(slow);
      if (this.#stop === stop) {
        $('work').hidden = true;
        this.#stop = null;
      }
    }
  }
}

/** Shows the server's model, or how far it is; hands the status on. */
export function showModel(status) {
  const { phase, message, done, secondsLeft, model } = status;
  $('model').dataset.phase = phase;
  $('everything').disabled = !model;
  $('model').textContent = !model ? phase === 'failed' ? 'No model' : 'Training'
    : `${model.name} · ${model.hasNames ? `${model.categories.length} categories` : 'masks without names'}`;
  if (model) {
    $('model').title = model.categories.join(', ');
    const { pointsPerSide, quality, stability } = model.everything;
    for (const [id, value] of Object.entries({ points: pointsPerSide, quality, stability })) $(id).value ||= value;
    $('names').replaceChildren(...model.categories.map(value => Object.assign(document.createElement('option'), { value })));
  }
  $('work').hidden = Boolean(model);
  if (!model) {
    $('work-cancel').hidden = true;
    $('work-title').textContent = phase === 'failed' ? 'No model' : 'Training a model for the first start';
    if (done) $('work-bar').value = done;
    else $('work-bar').removeAttribute('value');
    $('work-bar').hidden = phase === 'failed';
    $('work-text').textContent = phase === 'failed' ? message
      : `${message}${secondsLeft ? ` · ${timeOf(secondsLeft)} left` : ''}. Later starts find it ready.`;
  }
  return status;
}

const timeOf = seconds => seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
