import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The component for other people's pages. React is theirs; nothing else is asked of them.
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // What is built in is under licences that want to be given along.
    license: { fileName: "licenses.md" },
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    minify: false,
    lib: { entry: "src/package.ts", formats: ["es"], fileName: "index", cssFileName: "style" },
    rolldownOptions: {
      external: [/^react($|\/)/, /^react-dom($|\/)/],
      output: { banner: '"use client";' },
    },
  },
});
