import "./theme/tokens.css";
import "./theme/parts.css";

export * from "./index";
