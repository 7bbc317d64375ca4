/** The only place that fetches: what was answered last is kept, with how old it is. */

import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { createContext, createElement, type ReactNode, useContext, useEffect, useRef, useState } from "react";
import { burst } from "./burst";
import { type Client, type News, ProblemError, type Scope } from "./client";
import { unseen } from "../lib/view";
import type { Line, OneRollout, Rollouts, Status } from "./shapes";

export const ClientContext = createContext<Client | null>(null);

export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error("there is no client above this part");
  return client;
}

/** How many seconds go by, at most, until it is asked again. */
export const RefreshContext = createContext(300);

/** Of which part of the fleet it is asked how it stands. */
export const ScopeContext = createContext<Scope | undefined>(undefined);

const statusOf = (scope: Scope | undefined) => (scope ? ["status", scope] : ["status"]);

/** Whether anybody would tell of a change. */
export const ListeningContext = createContext(false);

/** In a tab that nobody looks at it would be tried again when somebody does: there the next question is it. */
function retry(failures: number, error: Error): boolean {
  const final = error instanceof ProblemError && error.status >= 400 && error.status < 500;
  return !final && failures < 2 && !document.hidden;
}

const SOON = 5;
/** Where a tab tells how it stands and nobody tells the tab. */
const BESIDE = 60;

/** Asks at once, when something changed, and by the clock: soon where more is to come and nobody would tell. */
export function useAnswer<T>(
  key: readonly unknown[],
  ask: ((signal: AbortSignal) => Promise<T>) | undefined,
  more: (data: T | undefined) => boolean = () => false,
  background = false,
) {
  const listening = useContext(ListeningContext);
  const most = Math.max(SOON, useContext(RefreshContext));
  const every = background && !listening ? Math.min(BESIDE, most) : most;
  const looked = LOOKED.has(String(key[0]));
  const found = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => (ask as NonNullable<typeof ask>)(signal),
    enabled: ask !== undefined,
    refetchInterval: (query) => !looked && (!listening && more(query.state.data) ? SOON : every) * 1000,
    refetchIntervalInBackground: background,
    refetchOnWindowFocus: !looked,
    refetchOnReconnect: !looked,
    // Whether the network is there the server's answer says: it may be on this machine.
    networkMode: "always",
    staleTime: 10_000,
    // Who wants to look waits long enough for one answer: they are told, and try again themselves.
    retry: looked ? false : retry,
    retryDelay: (failures) => 1000 * 2 ** failures,
    // What somebody looked at an hour ago is not shown for what it is now, not even for a moment.
    ...(looked && { gcTime: 0 }),
  });
  return useLasting(found, JSON.stringify(key));
}

/** What went wrong stays to be read while it is asked anew, with the button that somebody pressed for it. */
function useLasting<T>(found: UseQueryResult<T>, key: string): UseQueryResult<T> {
  const [last, setLast] = useState({ key, error: found.error });
  const error = found.error ?? (found.isLoading && last.key === key ? last.error : null);
  if (last.key !== key || last.error !== error) setLast({ key, error });
  return Object.create(found, { error: { value: error } }) as UseQueryResult<T>;
}

/** How old an answer is, and whether it may be true no more: the last question failed, or should have been answered
 * again by now. */
export function useHeard(asked: UseQueryResult<unknown>): { heard: number; old: boolean } {
  const most = Math.max(SOON, useContext(RefreshContext));
  useNow();
  const heard = (Date.now() - asked.dataUpdatedAt) / 1000;
  return { heard, old: asked.error !== null || heard > 2 * most };
}

/** How the fleet stands; where a tab tells of it, also while nobody looks at the page. */
export const useStatus = (background = false) => {
  const client = useClient();
  const scope = useContext(ScopeContext);
  return useAnswer(statusOf(scope), (signal) => client.status(signal, scope), undefined, background);
};

/** One question about the whole, by its name and what it is asked with. */
export function useQuestion<T, Words extends unknown[]>(
  name: string,
  ask: ((...words: [...Words, AbortSignal?]) => Promise<T>) | undefined,
  ...words: Words
) {
  return useAnswer([name, ...words], ask && ((signal) => ask(...words, signal)));
}

const DAYS = 7;
const MOST_LINES = 5_000;

/** What waits, what is under way, what was. */
export function useRollouts() {
  const { rollouts, now = Date.now } = useClient();
  const queries = useQueryClient();
  const here = statusOf(useContext(ScopeContext));
  const turning = (data: Rollouts) => unseen(data.rollouts, queries.getQueryData<Status>(here), now());
  const busy = (data: Rollouts | undefined) =>
    data !== undefined && (data.waiting.length > 0 || data.rollouts.some((one) => !one.ended_at) || turning(data));
  const asked = useAnswer(["rollouts"], rollouts && ((signal) => rollouts(DAYS, signal)), busy);
  const listening = useContext(ListeningContext);
  const turned = useRef(false);
  // What ended changes how everything stands: also where nobody would tell of it.
  useEffect(() => {
    const turns = asked.data !== undefined && turning(asked.data);
    if (!listening && (turns || turned.current)) void queries.invalidateQueries(allBut(ROLLING));
    turned.current = turns;
  }, [asked.dataUpdatedAt, listening]);
  return asked;
}

/** How a rollout goes, or why it was not begun. */
export function useRollout(id: string) {
  const { rollout } = useClient();
  const open = (data: OneRollout | undefined) => !data?.settled && !data?.rollout?.ended_at;
  return useAnswer(["rollout", id], id && rollout ? (signal) => rollout(id, signal) : undefined, open);
}

/** What it printed, piece by piece: only what is new is asked for. Of endless output the end is kept. */
export function useOutput(id: string, open: boolean) {
  const { output } = useClient();
  const queries = useQueryClient();
  const key = ["output", id];
  const ask = async (signal: AbortSignal) => {
    let lines = queries.getQueryData<Line[]>(key) ?? [];
    for (;;) {
      const found = await output!(id, lines[lines.length - 1]?.seq ?? 0, signal);
      lines = [...lines, ...found.lines].slice(-MOST_LINES);
      if (!found.more) return lines;
    }
  };
  return useAnswer(key, id && output ? ask : undefined, () => open);
}

export function Listening({ children }: { children: ReactNode }) {
  return createElement(ListeningContext.Provider, { value: useEvents() }, children);
}

/** Listens for changes; answers whether it hears anything. A burst of them is one question. */
function useEvents(): boolean {
  const client = useClient();
  const queries = useQueryClient();
  const [listening, setListening] = useState(false);
  useEffect(() => {
    const soon = () => 300 + Math.random() * 700;
    const status = burst(() => queries.invalidateQueries({ queryKey: ["status"] }), soon);
    const others = burst(() => queries.invalidateQueries(allBut(BESIDE_STATUS)), soon);
    const where = burst(() => queries.invalidateQueries({ queryKey: ["where"] }), () => WHERE_WAITS);
    const output = burst(() => queries.invalidateQueries({ queryKey: ["output"] }), () => 0);
    let before = false;
    // A line that is cut, or there again, is a reason to ask: the server went away, or came back.
    const stop = client.events?.(
      (news) => {
        for (const one of isOutput(news) ? [output] : [status, others]) one.heard();
        if (news.topics?.includes("targets") ?? true) where.heard();
      },
      (listens) => {
        if (listens !== before || document.hidden) [status, others, where].forEach((one) => one.heard());
        setListening((before = listens));
      },
    );
    return () => {
      [status, others, where, output].forEach((one) => one.stop());
      stop?.();
    };
  }, [client, queries]);
  return listening;
}

/** What asks sources or history is asked when somebody wants it, and not anew: a plan that somebody reads is the
 * one that they agree to. */
const LOOKED: ReadonlySet<string> = new Set(["explain", "whatIf", "plan"]);
/** Where a change is asks history too, and changes with the targets alone. */
const OFTEN: ReadonlySet<string> = new Set([...LOOKED, "where"]);
/** How the fleet stands waits for no other answer. */
const BESIDE_STATUS: ReadonlySet<string> = new Set([...OFTEN, "status"]);
/** Besides what it says of itself. */
const ROLLING: ReadonlySet<string> = new Set([...OFTEN, "rollouts"]);
const WHERE_WAITS = 5_000;

const allBut = (names: ReadonlySet<string>) => ({
  predicate: ({ queryKey }: { queryKey: readonly unknown[] }) => !names.has(String(queryKey[0])),
});

/** Asks everything again, after something was done or somebody said who they are: but what was looked at stays. */
export function useAgain(): () => void {
  const queries = useQueryClient();
  return () =>
    void queries.invalidateQueries({
      predicate: ({ queryKey, state }) => !LOOKED.has(String(queryKey[0])) || state.data === undefined,
    });
}

/** Output alone changes nothing but what was printed. */
const isOutput = (news: News): boolean => news.topics?.length === 1 && news.topics[0] === "output";

/** The present moment by the server's clock, told anew as it goes by: ages on the page move on with it. */
export function useNow(seconds = 15): number {
  const client = useClient();
  const [, setTurn] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTurn((turn) => turn + 1), seconds * 1000);
    return () => clearInterval(timer);
  }, [seconds]);
  return client.now?.() ?? Date.now();
}
