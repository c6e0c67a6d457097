/** What a suspended stage waits for. `cancel` is called where the app leaves meanwhile. */
export interface Cancelable {
  cancel(): void;
}
