import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The page: served by `unshipped serve`, wherever that is mounted, under a policy that forbids inline script.
export default defineConfig({
  base: "./",
  plugins: [react()],
  build: {
    outDir: "../src/unshipped/web/static",
    emptyOutDir: true,
    // What is built in is under licences that want to be given along.
    license: { fileName: "licenses.md" },
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        entryFileNames: "assets/[name]-[hash].js",
        // React changes rarely: a browser keeps it when the page itself is new.
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules\/react-dom/, priority: 2 },
            { name: "libraries", test: /node_modules/, priority: 1 },
          ],
        },
      },
    },
  },
});
