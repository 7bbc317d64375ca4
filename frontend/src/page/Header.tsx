/** The head of the page: where one can go, the search for a change, the look. */

import { type FormEvent, useState } from "react";
import type { Me } from "../data/shapes";
import { to, type Route, VIEWS, type View } from "./route";

export type Theme = "auto" | "light" | "dark";
const NAMES: Record<View, string> = {
  status: "Status",
  timeline: "Timeline",
  deployments: "Deployments",
  incidents: "Incidents",
  report: "Report",
};
const NEXT: Record<Theme, Theme> = { auto: "light", light: "dark", dark: "auto" };

interface Props {
  route: Route;
  theme: Theme;
  onTheme: (theme: Theme) => void;
  onHelp: () => void;
  me: Me | undefined;
}

export function Header({ route, theme, onTheme, onHelp, me }: Props) {
  const [change, setChange] = useState(route.change);
  const [sought, setSought] = useState(route.change);
  if (sought !== route.change) {
    setSought(route.change);
    setChange(route.change);
  }
  const search = (event: FormEvent) => {
    event.preventDefault();
    if (change.trim()) window.location.hash = to.change(change.trim());
  };
  return (
    <header className="us-header">
      <a className="us-brand" href="#/">
        unshipped
      </a>
      <nav aria-label="views" className="us-nav">
        {VIEWS.map((view) => (
          <a key={view} href={to.view(view)} aria-current={route.view === view ? "page" : undefined}>
            {NAMES[view]}
          </a>
        ))}
      </nav>
      <form className="us-search" role="search" onSubmit={search}>
        <input
          type="search"
          className="us-input"
          aria-label="Is my change live? A commit, a tag or a pull request"
          placeholder="Is my change live?  #12, commit"
          value={change}
          maxLength={200}
          onChange={(event) => setChange(event.target.value)}
        />
      </form>
      <div className="us-header-end">
        {me && me.name !== "local" && <span className="us-muted us-me">{me.name}</span>}
        {me?.logout && (
          <a className="us-link" href={me.logout}>
            Sign out
          </a>
        )}
        <button
          type="button"
          className="us-button us-quiet us-small"
          onClick={() => onTheme(NEXT[theme])}
          aria-label={`look: ${theme}; change to ${NEXT[theme]}`}
        >
          {theme}
        </button>
        <button type="button" className="us-button us-quiet us-small" onClick={onHelp} aria-label="keyboard">
          ?
        </button>
      </div>
    </header>
  );
}
