// An image as the server knows it: uploaded once, and again if the server has dropped it.
import { Problem, upload } from './api.js';

export class ServerImage {
  #uploaded = null;

  /**
   * @param blob the file
   * @param bitmap the decoded image
   */
  constructor(blob, bitmap) {
    Object.assign(this, { blob, bitmap });
  }

  /** Uploads the image once. */
  async encode(signal) {
    const { width, height } = this.bitmap;
    this.#uploaded ??= upload(this.blob, signal).then(image => {
      if (image.width !== width || image.height !== height)
        throw new Problem(`The server decodes this image as ${image.width} x ${image.height} pixels, `
          + `the browser as ${width} x ${height}. Save it as PNG and open that.`, 0);
      return image;
    });
    try {
      return await this.#uploaded;
    } catch (failure) {
      this.#uploaded = null;
      throw failure;
    }
  }

  /** Sends a request about the image. */
  async use(request) {
    try {
      return await request(await this.encode());
    } catch (failure) {
      if (failure.status !== 404) throw failure;
      this.#uploaded = null;
      return request(await this.encode());
    }
  }
}
