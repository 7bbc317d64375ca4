/** One line to the server for all parts of a page that have the same client. */

import type { Client, News } from "./client";

type Events = NonNullable<Client["events"]>;

export function shared(open: Events): Events {
  const parts = new Set<{ changed: (news: News) => void; alive: (listening: boolean) => void }>();
  let listening = false;
  let stop = () => {};
  const begin = () =>
    open(
      (news) => parts.forEach((one) => one.changed(news)),
      (now) => {
        listening = now;
        parts.forEach((one) => one.alive(now));
      },
    );
  return (changed, alive) => {
    const part = { changed, alive };
    parts.add(part);
    if (parts.size === 1) stop = begin();
    else if (listening) alive(true);
    return () => {
      if (!parts.delete(part) || parts.size) return;
      listening = false;
      stop();
    };
  };
}
