// Makes plotly.min.js.gz, which every page carries, and LICENCES.txt, of all that is in it.
// scatter, for lines, is in plotly's core.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const entry = `
  const plotly = require("plotly.js/lib/core");
  plotly.register([require("plotly.js/lib/bar"), require("plotly.js/lib/sankey")]);
  module.exports = plotly;
`;
const { metafile, outputFiles } = await build({
  stdin: { contents: entry, resolveDir: "." },
  bundle: true,
  minify: true,
  format: "iife",
  globalName: "Plotly",
  define: { global: "window" },
  loader: { ".css": "empty" }, // it is that of maps
  target: "es2020",
  legalComments: "none", // they are in LICENCES.txt
  metafile: true,
  write: false,
  outfile: "plotly.min.js",
});
const version = read("node_modules/plotly.js/package.json").version;
const banner = `/* plotly.js v${version}: scatter, bar and sankey alone; MIT licence, see LICENCES.txt */\n`;
writeFileSync("plotly.min.js.gz", gzipSync(banner + outputFiles[0].text, { level: 9 }));

const package_ = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;
const parts = Object.entries(Object.values(metafile.outputs)[0].inputs);
const used = parts.map(([file]) => file).filter((file) => !file.endsWith(".css"));
const folders = new Set(used.map((file) => file.match(package_)?.[0]));
folders.delete(undefined);
writeFileSync("LICENCES.txt", [...folders].sort().map(licence).join("\n"));

function read(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

function licence(folder) {
  const { name, version, license } = read(`${folder}/package.json`);
  const texts = readdirSync(folder).filter((file) => /^licen[cs]e/i.test(file));
  const said = texts.map((file) => readFileSync(`${folder}/${file}`, "utf8").trim());
  return `${name} ${version} (${license ?? "see below"})\n\n${said.join("\n\n")}\n`;
}
