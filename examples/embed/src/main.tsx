import { createRoot } from "react-dom/client";
import "unshipped-deployment-status/style.css";
import { Admin } from "./Admin";
import "./host.css";

createRoot(document.getElementById("root")!).render(<Admin />);
