export { type BuildOptions, type BuildResult, buildSite } from "./build.js";
export { BookError, formatProblem, type Problem } from "./errors.js";
export { collectLabels, type Label } from "./labels.js";
export { numberSource } from "./number.js";
export { checkPort, type ServeOptions, type Server, serve } from "./serve.js";
