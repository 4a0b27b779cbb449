// What the user has made of one image, with every earlier state to go back to. States are never changed, only replaced.

const empty = { steps: [], answer: null, name: null, objects: [] };

export class History {
  #past = [];
  #future = [];
  present = empty;

  get canUndo() { return this.#past.length > 0; }
  get canRedo() { return this.#future.length > 0; }

  /** Goes on from here; what differs is named alone. */
  commit(change) {
    this.#past.push(this.present);
    this.#future = [];
    this.present = { ...this.present, ...change };
  }

  undo() {
    if (this.canUndo) {
      this.#future.push(this.present);
      this.present = this.#past.pop();
    }
  }

  redo() {
    if (this.canRedo) {
      this.#past.push(this.present);
      this.present = this.#future.pop();
    }
  }
}

/** Nothing pointed at any more. */
export const noObject = { steps: [], answer: null, name: null };
