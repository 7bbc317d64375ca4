/** The only place that fetches: what was answered last is kept, with how old it is. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useState } from "react";
import { type Client, ProblemError } from "./client";

export const ClientContext = createContext<Client | null>(null);

export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error("there is no client above this part");
  return client;
}

const every = { current: 300 };

/** A host says once how often to ask; never less often than that. */
export function askEvery(seconds: number): void {
  every.current = Math.max(5, seconds);
}

function retry(failures: number, error: Error): boolean {
  const final = error instanceof ProblemError && error.status >= 400 && error.status < 500;
  return !final && failures < 2;
}

/** Asks at once, when something changed, and by the clock. */
export function useAnswer<T>(key: readonly unknown[], ask: ((signal: AbortSignal) => Promise<T>) | undefined) {
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }) => (ask as NonNullable<typeof ask>)(signal),
    enabled: ask !== undefined,
    refetchInterval: every.current * 1000,
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

/** Listens for changes; answers whether it hears anything. A burst of them is one question. */
export function useEvents(): boolean {
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
    const stop = client.events?.(changed, setListening);
    return () => {
      clearTimeout(timer);
      stop?.();
    };
  }, [client, queries]);
  return listening;
}

/** The present moment, told anew as it goes by: ages on the page move on with it. */
export function useNow(seconds = 15): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), seconds * 1000);
    return () => clearInterval(timer);
  }, [seconds]);
  return now;
}
