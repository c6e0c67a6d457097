import type { FromLedger, ToLedger } from "@rollcall/contract";
import type { AcceptsHolders, HolderEnd, LedgerEnd, LinkToHolder } from "../ports.ts";

/**
 * Connects a holder to a ledger of the same thread, or to what stands for one here. Messages arrive in a microtask, in their
 * order. Where the ledger closes the link the holder connects again. The answer ends it: to be called, too, when a ledger
 * that is elsewhere can no longer be reached.
 */
export function connectInProcess(ledger: AcceptsHolders, holder: HolderEnd): () => void {
  let cut: (() => void) | null = null;
  let isOver = false;
  const connect = () => {
    if (isOver) return;
    cut = connectOnce(ledger, holder, () => {
      queueMicrotask(connect);
    });
  };
  connect();
  return () => {
    isOver = true;
    cut?.();
  };
}

function connectOnce(ledger: AcceptsHolders, holder: HolderEnd, closed: () => void): () => void {
  let isOpen = true;
  const cut = () => {
    if (!isOpen) return;
    isOpen = false;
    end.disconnected();
    holder.disconnected();
  };
  const later = <Message>(deliver: (message: Message) => void) => {
    return (message: Message) => {
      queueMicrotask(() => {
        if (isOpen) deliver(message);
      });
    };
  };
  const link: LinkToHolder = {
    send: later((message: FromLedger) => {
      holder.received(message);
    }),
    close: () => {
      if (!isOpen) return;
      cut();
      closed();
    },
  };
  const end: LedgerEnd = ledger.accept(link);
  holder.connected({
    send: later((message: ToLedger) => {
      end.received(message);
    }),
  });
  return cut;
}
