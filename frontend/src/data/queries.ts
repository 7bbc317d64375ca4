/** The only place that fetches: what was answered last is kept, with how old it is. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, createElement, type ReactNode, useContext, useEffect, useState } from "react";
import { type Client, type News, ProblemError } from "./client";

export const ClientContext = createContext<Client | null>(null);

export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error("there is no client above this part");
  return client;
}

/** How many seconds go by, at most, until it is asked again. */
export const RefreshContext = createContext(300);

/** Whether anybody would tell of a change. */
export const ListeningContext = createContext(false);

function retry(failures: number, error: Error): boolean {
  const final = error instanceof ProblemError && error.status >= 400 && error.status < 500;
  return !final && failures < 2;
}

/** Asks at once, when something changed, and by the clock. */
export function useAnswer<T>(key: readonly unknown[], ask: ((signal: AbortSignal) => Promise<T>) | undefined) {
  const every = Math.max(5, useContext(RefreshContext));
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }) => (ask as NonNullable<typeof ask>)(signal),
    enabled: ask !== undefined,
    refetchInterval: every * 1000,
    staleTime: 10_000,
    retry,
    retryDelay: (failures) => 1000 * 2 ** failures,
  });
}

export const useStatus = () => {
  const client = useClient();
  return useAnswer(["status"], (signal) => client.status(signal));
};

/** One question about the whole, by its name and what it is asked with. */
export function useQuestion<T, Words extends unknown[]>(
  name: string,
  ask: ((...words: [...Words, AbortSignal?]) => Promise<T>) | undefined,
  ...words: Words
) {
  return useAnswer([name, ...words], ask && ((signal) => ask(...words, signal)));
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
    let timer: ReturnType<typeof setTimeout> | undefined;
    const changed = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void queries.invalidateQueries();
      }, 300 + Math.random() * 700);
    };
    // A line that is cut, or there again, is a reason to ask: the server went away, or came back.
    const stop = client.events?.(
      (news) => (isOutput(news) ? void queries.invalidateQueries({ queryKey: ["output"] }) : changed()),
      (listens) => setListening((before) => (before === listens ? before : (changed(), listens))),
    );
    return () => {
      clearTimeout(timer);
      stop?.();
    };
  }, [client, queries]);
  return listening;
}

/** Output alone changes nothing but what was printed. */
const isOutput = (news: News): boolean => news.topics?.length === 1 && news.topics[0] === "output";

/** The present moment, told anew as it goes by: ages on the page move on with it. */
export function useNow(seconds = 15): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), seconds * 1000);
    return () => clearInterval(timer);
  }, [seconds]);
  return now;
}
