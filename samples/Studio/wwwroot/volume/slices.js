// The slices of a volume as images, fetched once; the most recent stay.
import { slice } from '../api.js';
import { ServerImage } from '../image.js';

const most = 64;

export class SliceImages {
  #slices = new Map(); // promises, the least recently used first
  #use;

  /** @param use sends a request that takes the volume's id */
  constructor(use) {
    this.#use = use;
  }

  /** { plane, index, window, bitmap, image: as the server's predictions know it, center, width } */
  get(plane, index, window) {
    const key = `${plane} ${index} ${window}`;
    const found = this.#slices.get(key) ?? this.#fetch(plane, index, window);
    this.#slices.delete(key);
    this.#slices.set(key, found);
    found.catch(() => this.#slices.delete(key));
    if (this.#slices.size > most) this.#slices.delete(this.#slices.keys().next().value);
    return found;
  }

  async #fetch(plane, index, window) {
    const { blob, center, width } = await this.#use(id => slice(id, plane, index, window));
    const bitmap = await createImageBitmap(blob);
    return { plane, index, window, bitmap, image: new ServerImage(blob, bitmap), center, width };
  }
}
