import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  // The component lies beside the host here, with a React of its own for its tests: the host's counts.
  resolve: { dedupe: ["react", "react-dom"] },
});
