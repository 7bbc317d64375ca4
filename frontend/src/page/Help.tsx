/** What can be done with the keyboard. */

import { useEffect, useRef } from "react";

const KEYS: readonly (readonly [string, string])[] = [
  ["j k", "next, previous row"],
  ["Enter", "open or close the row"],
  ["/", "filter"],
  ["Esc", "close what is open"],
  ["?", "this"],
];

export function Help({ open, onClose }: { open: boolean; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} className="us-dialog" aria-labelledby="us-help" onClose={onClose}>
      <h2 id="us-help">Keyboard</h2>
      <dl className="us-facts">
        {KEYS.map(([key, what]) => (
          <div key={key} className="us-contents">
            <dt>
              {key.split(" ").map((one) => (
                <kbd key={one}>{one}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog" className="us-dialog-end">
        <button className="us-button">Close</button>
      </form>
    </dialog>
  );
}
