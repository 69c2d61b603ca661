// 只给测试用：真的 Chromium。没有装时返回 undefined，测试据此跳过。
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

const candidates = [
  process.env["TIDU_CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

const quiet = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** 没有显卡时用 Chromium 自带的软件实现：只证明正确。 */
const software = [
  "--enable-unsafe-webgpu",
  "--enable-features=Vulkan",
  "--use-webgpu-adapter=swiftshader",
  "--use-vulkan=swiftshader",
];

export async function launchBrowser(webgpu = false): Promise<Browser | undefined> {
  const executablePath = candidates.find((path) => path && existsSync(path));
  if (!executablePath) return undefined;
  const args = webgpu ? [...quiet.filter((arg) => arg !== "--disable-gpu"), ...software] : quiet;
  const env = { ...process.env, XDG_RUNTIME_DIR: process.env["XDG_RUNTIME_DIR"] ?? tmpdir() };
  return chromium.launch({ executablePath, args, env: env as Record<string, string> });
}

export interface View {
  width: number;
  height: number;
  dark: boolean;
  phone: boolean;
}

export const laptop: View = { width: 1280, height: 800, dark: false, phone: false };
export const phone: View = { width: 390, height: 844, dark: true, phone: true };

export interface OpenPage {
  page: Page;
  context: BrowserContext;
  /** 控制台里的错误与警告、没接住的异常、走出站点的请求。 */
  complaints: string[];
  /** 请求过的地址，相对站点根。 */
  requested: string[];
}

/** 开一页，并记下它的抱怨与请求。 */
export async function openPage(
  browser: Browser,
  base: string,
  path: string,
  view = laptop,
): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: { width: view.width, height: view.height },
    colorScheme: view.dark ? "dark" : "light",
    isMobile: view.phone,
    hasTouch: view.phone,
    reducedMotion: "reduce",
    locale: "zh-CN",
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requested: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(`没接住：${error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    if (url.startsWith(base)) requested.push(decodeURI(url.slice(base.length)));
    else if (!/^(data|blob):/.test(url)) complaints.push(`走出站点的请求：${url}`);
  });
  page.setDefaultTimeout(20_000);
  await page.goto(base + path, { waitUntil: "load" });
  return { page, context, complaints, requested };
}
