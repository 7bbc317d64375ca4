/** What a page around the parts knows of whoever looks at it. */

import { createContext, type ReactNode } from "react";

/** How somebody says who they are, where a session ended while they wrote. */
export const SignInContext = createContext<ReactNode>(null);

/** What somebody came here to do, by a link: asked once more before it is done. */
export const ActContext = createContext("");
