// The sample images.
import { samples, sampleUrl } from './api.js';
import { element } from './panel.js';

/** @param choose receives the sample's name and a function that fetches its file */
export async function openGallery(choose) {
  const all = await samples();
  const buttons = all.map(({ name, title }) => {
    const button = element('button', { type: 'button', onclick: () => choose(name, async () => (await fetch(sampleUrl(name))).blob()) },
      element('img', { src: sampleUrl(name), alt: '', width: 72, height: 72, decoding: 'async' }), element('span', {}, title));
    button.dataset.name = name;
    return button;
  });
  document.getElementById('samples').replaceChildren(...buttons.map(button => element('li', {}, button)));
  return {
    first: () => buttons[0]?.onclick(),
    mark(name) {
      for (const button of buttons) button.ariaCurrent = button.dataset.name === name ? 'true' : null;
    },
  };
}
