// What a host's compiler reads is named with its ending, here and in what these name: one that goes by Node's rules
// finds no type otherwise, and takes all of it for `any`.
export { DeploymentStatus, type DeploymentStatusProps, type Section } from "./DeploymentStatus.js";
export { type Client, ProblemError, type Scope } from "./data/client.js";
export { createHttpClient, type Options } from "./data/http.js";
export type * from "./data/shapes.js";
