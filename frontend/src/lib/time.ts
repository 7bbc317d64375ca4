/** Lengths of time, moments and counts, as `core/words.py` says them: they move on while a page is open. */

const UNITS: readonly (readonly [string, number])[] = [
  ["d", 86400],
  ["h", 3600],
  ["min", 60],
];

/** In one unit, for a column: `34 min`, `2 h`, `3 d`. */
export function shortAge(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  for (const [unit, size] of UNITS) if (whole >= size) return `${Math.floor(whole / size)} ${unit}`;
  return `${whole} s`;
}

/** `1 change`, `2 changes`, `1,204 changes`. */
export const count = (many: number, one: string): string => `${many.toLocaleString("en")} ${one}${many === 1 ? "" : "s"}`;

/** Seconds from a moment of the server's (RFC 3339) until another one. */
export function secondsBetween(from: string, until: number): number {
  return (until - Date.parse(from)) / 1000;
}

export const DAY = 86_400_000;

/** The week of a moment, as ISO 8601 counts them in UTC: `2026-W06`. Its Thursday says in which year it is. */
export function weekOf(at: number): string {
  const weekday = (new Date(at).getUTCDay() + 6) % 7;
  const thursday = new Date(at + (3 - weekday) * DAY);
  const year = thursday.getUTCFullYear();
  const number = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / DAY / 7) + 1;
  return `${year}-W${String(number).padStart(2, "0")}`;
}

/** `2026-02-05 16:37 UTC` */
export function moment(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}
