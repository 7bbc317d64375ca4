/** A name for something that somebody asks for: sent again under it, since no answer came, it is done once. */
export function identity(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  return Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
}
