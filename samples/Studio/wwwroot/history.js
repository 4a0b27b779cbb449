// The objects of one image, with undo and redo. States are immutable.

const empty = { steps: [], prediction: null, name: null, objects: [] };

export class History {
  #past = [];
  #future = [];

  /** @param present the first state */
  constructor(present = empty) {
    this.present = present;
  }

  get canUndo() { return this.#past.length > 0; }
  get canRedo() { return this.#future.length > 0; }

  /** Adds a state; the argument holds only what changes. */
  commit(change) {
    this.#past.push(this.present);
    this.#future = [];
    this.present = { ...this.present, ...change };
  }

  /** Changes the state without a step that could be undone: the same objects, known better. */
  amend(change) {
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

/** A change to a state without a current object. */
export const noObject = { steps: [], prediction: null, name: null };
