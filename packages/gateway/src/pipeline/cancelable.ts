/** What a suspended stage waits for. `cancel` is called where the app leaves meanwhile. */
export interface Cancelable {
  cancel(): void;
  /** The same in the middle of an answer, with a word to the app, where that can be said. */
  revoke?(): void;
}
