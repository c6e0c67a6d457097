import type { FromLedger, ToLedger } from "@rollcall/contract";
import type { AcceptsHolders, HolderEnd } from "../ports.ts";

/**
 * Connects a holder to a ledger of the same thread. Messages arrive in a microtask, in their order. The answer cuts the
 * connection, as `close` of the ledger does.
 */
export function connectInProcess(ledger: AcceptsHolders, holder: HolderEnd): () => void {
  let isOpen = true;
  const cut = () => {
    if (!isOpen) return;
    isOpen = false;
    ledgerEnd.disconnected();
    holder.disconnected();
  };
  const later = <Message>(deliver: (message: Message) => void) => {
    return (message: Message) => {
      queueMicrotask(() => {
        if (isOpen) deliver(message);
      });
    };
  };
  const ledgerEnd = ledger.accept({
    send: later((message: FromLedger) => {
      holder.received(message);
    }),
    close: () => {
      queueMicrotask(cut);
    },
  });
  holder.connected({
    send: later((message: ToLedger) => {
      ledgerEnd.received(message);
    }),
  });
  return cut;
}
