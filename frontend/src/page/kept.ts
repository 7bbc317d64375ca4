/** One text that the browser keeps. Where somebody lets it keep nothing it lasts until the page is left. */

export interface Kept {
  get: () => string;
  set: (text: string) => void;
}

export function kept(storage: () => Storage, name: string): Kept {
  let here = "";
  return {
    get: () => {
      try {
        return storage().getItem(name) ?? here;
      } catch {
        return here;
      }
    },
    set: (text) => {
      here = text;
      try {
        storage().setItem(name, text);
      } catch {
        // It is kept here.
      }
    },
  };
}
