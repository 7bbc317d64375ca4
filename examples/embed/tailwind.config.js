/** @type {import("tailwindcss").Config} */
export default {
  content: ["./index.html", "./src/**/*.tsx"],
  theme: { extend: { colors: { "green-healthy": "#15803d", "red-critical": "#b91c1c" } } },
};
