export type { BrowserSession, BrowserSessionOptions } from "./browser/options.js";
export { createBrowserSession } from "./browser/session.js";
