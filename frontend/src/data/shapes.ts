/** What the interface answers, by the names that the page uses: made from its description, `npm run shapes`. */

import type { components } from "./shapes.gen.js";

type Schemas = components["schemas"];

export type Target = Schemas["Row"];
export type Status = Schemas["Targets"];
export type Detail = Schemas["Target"];
export type Explanation = Schemas["Explanation"];
export type Incident = Schemas["Incident"];
export type Change = Schemas["Counted"];
export type Why = Schemas["Why"];
export type Commit = Schemas["Commit"];
export type Deploy = Schemas["Deploy"];
export type Deploying = Schemas["Deploying"];
export type Hold = Detail["holds"][number];
export type Silence = Detail["silences"][number];
export type Preview = Schemas["Preview"];
export type Step = Schemas["Step"];
export type Rollouts = Schemas["Rollouts"];
export type Wish = Schemas["Wish"];
export type Rollout = Schemas["Rollout"];
export type OneRollout = Schemas["OneRollout"];
export type Output = Schemas["Output"];
export type WhatIf = Schemas["WhatIf"];
export type Course = Schemas["Course"];
export type Over = Schemas["Over"];
export type Lock = Detail["locks"][number];
export type Line = Output["lines"][number];
export type Timeline = Schemas["Timeline"];
export type Lane = Schemas["Lane"];
export type Stretch = Schemas["Stretch"];
export type Happening = Schemas["Event"];
export type Report = Schemas["Report"];
export type Where = Schemas["Where"];
export type Me = Schemas["Me"];

export type State = Target["state"];
export type Severity = Target["severity"];
export type Flag = Target["flags"][number];
