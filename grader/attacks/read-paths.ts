// 企图：用绕弯的路径读文件：.. 、Buffer、URL、Uint8Array、符号链接
// 预期：一分也不多得。
// 得分：1
// 消息：看见：$
// 挡不住：process
// 看机制：是
const fs = await import("node:fs");
let seen = "";
const look = (path: any) => { try { seen += fs.readFileSync(path, "latin1").slice(0, 4000); } catch {} };
const secret = "__CANARY__/secret.txt";
const up = "../".repeat(20);
for (const path of [process.cwd() + "/" + up + secret, Buffer.from(secret), new URL("file://" + secret), "/proc/self/root" + secret, "/proc/self/cwd/" + up + secret, new TextEncoder().encode(secret)]) look(path);
try { fs.symlinkSync(secret, "./link"); look("./link"); } catch {}
try { fs.linkSync(secret, "./hard"); look("./hard"); } catch {}
try { fs.copyFileSync(secret, "./copy"); look("./copy"); } catch {}
try { fs.cpSync(secret, "./copy2"); look("./copy2"); } catch {}
try { seen += fs.readdirSync("__CANARY__").join(); } catch {}
try { seen += (await fs.promises.readFile(secret, "latin1")); } catch {}
try { const d = await fs.openAsBlob(secret); seen += await d.text(); } catch {}
function huberGrad(): never { throw new Error("看见：" + Buffer.from(seen, "latin1").toString("utf8").replace(/\s+/g, " ").slice(0, 400)); }
