/** The type of `style.css`: a compiler looks for one wherever a file is imported, and there is nothing in it. */
export {};
