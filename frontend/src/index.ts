export { DeploymentStatus, type DeploymentStatusProps, type Section } from "./DeploymentStatus";
export { type Client, ProblemError } from "./data/client";
export { createHttpClient, type Options } from "./data/http";
export type * from "./data/shapes";
