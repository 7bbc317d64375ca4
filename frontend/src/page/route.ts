/** Where one is on the page, in the part of the address that no server sees: it works wherever it is mounted. */

import { useSyncExternalStore } from "react";

export const VIEWS = ["status", "timeline", "deployments", "incidents", "report"] as const;
export type View = (typeof VIEWS)[number];

export interface Route {
  view: View | "where" | "incident";
  target: string | null;
  incident: string;
  /** What somebody came here to do: it is asked once more before it is done. */
  act: string;
  change: string;
  days: number;
  /** The week of a report: `2026-W06`; empty for the last whole one. */
  week: string;
}

export const WINDOWS = [1, 7, 30] as const;

export function parse(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const parts = path.split("/").map(decoded);
  const asked = new URLSearchParams(query);
  const days = WINDOWS.find((one) => one === Number(asked.get("days"))) ?? 7;
  const week = /^\d{4}-W\d{2}$/.exec(asked.get("week") ?? "")?.[0] ?? "";
  const route: Route = { view: "status", target: null, incident: "", act: asked.get("act") ?? "", change: "", days, week };
  const [first = "", second = "", third = ""] = parts;
  if (first === "t" && second && third) return { ...route, target: `${second}/${third}` };
  if (first === "i" && second) return { ...route, view: "incident", incident: second };
  if (first === "where") return { ...route, view: "where", change: second };
  const view = VIEWS.find((one) => one === first);
  return view ? { ...route, view } : route;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const to = {
  view: (view: View, days?: number) => `#/${view === "status" ? "" : view}${days ? `?days=${days}` : ""}`,
  target: (one: { service: string; environment: string }, act = "") =>
    `#/t/${encodeURIComponent(one.service)}/${encodeURIComponent(one.environment)}${act && `?act=${act}`}`,
  report: (week: string) => `#/report${week && `?week=${week}`}`,
  change: (text: string) => `#/where/${encodeURIComponent(text)}`,
};

function subscribe(changed: () => void): () => void {
  window.addEventListener("hashchange", changed);
  return () => window.removeEventListener("hashchange", changed);
}

export function useRoute(): Route {
  return parse(useSyncExternalStore(subscribe, () => window.location.hash));
}
