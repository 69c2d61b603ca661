export { createBrowserSession } from "./browser/session.js";
export type { BrowserSession, BrowserSessionOptions } from "./browser/options.js";
